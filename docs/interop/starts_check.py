"""Compares fresh adapters with PEFT's own: starts_check.py BASE STARTS

EVA: the same batches, as many as Lorax takes, and a rank of a quarter of the width, so that the random sketch by which
PEFT finds directions spans all of them. LoftQ: PEFT's function, which asks for CUDA, with its device exchanged; it needs
bitsandbytes.
"""
import importlib.util
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import torch
from peft import LoraConfig
from peft.tuners.lora.config import EvaConfig
from peft.tuners.lora.eva import get_eva_state_dict
from peft.utils import loftq_utils
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

base_folder, root = Path(sys.argv[1]), Path(sys.argv[2])
PREFIX = "base_model.model."


def base():
    return AutoModelForCausalLM.from_pretrained(base_folder, dtype=torch.float32, attn_implementation="eager")


def ours(folder, side):
    end = f".lora_{side}.weight"
    return {key.removeprefix(PREFIX).removesuffix(end): value
            for key, value in load_file(folder / "adapter_model.safetensors").items() if key.endswith(end)}


def theirs_eva(batches):
    """What PEFT finds in just these batches: the threshold of convergence, which it holds, falls before the last."""
    threshold = torch.tensor(2.0)
    config = LoraConfig(r=16, lora_alpha=32, target_modules=["q_proj", "k_proj", "v_proj"], init_lora_weights="eva",
                        eva_config=EvaConfig())
    config.eva_config.tau = threshold
    calls = []

    def forward(model, inputs):
        calls.append(1)  # the first finds equal inputs, and its batch comes again
        if len(calls) == 1 + len(batches):
            threshold.fill_(-1.0)
        return model(**inputs)

    found = get_eva_state_dict(base(), batches, config, forward_fn=forward, show_progress_bar=False)
    assert len(calls) == 1 + len(batches)
    return found


def compare_eva():
    batches = [{"input_ids": torch.tensor(batch)} for batch in json.loads((root / "eva" / "batches.json").read_text())]
    mine, peft = ours(root / "eva", "A"), theirs_eva(batches)
    ranks, angle, cosine = True, 1.0, 1.0
    for layer in sorted({name.rsplit(".", 1)[0] for name in peft}):
        parts = [name for name in peft if name.startswith(layer + ".")]  # one input: they share its directions
        mine_ranks = sorted(len(mine[name]) if name in mine else 0 for name in parts)
        ranks = ranks and mine_ranks == sorted(len(peft[name]) for name in parts)
        print(f"eva    {layer}: ranks {mine_ranks}, PEFT's {sorted(len(peft[name]) for name in parts)}")
    for name, a in mine.items():
        rank = min(len(a), len(peft[name]))
        angle = min(angle, torch.linalg.svdvals(a[:rank].double() @ peft[name][:rank].double().T).min().item())
        cosine = min(cosine, (a[:rank] * peft[name][:rank]).sum(1).abs().min().item())
    print(f"eva    smallest cosine of a principal angle {angle:.7f}, of two directions of the same number {cosine:.7f}")
    assert ranks and angle > 0.9999


def theirs_loftq(weight, rank):
    import bitsandbytes as bnb

    plain = loftq_utils._loftq_init_new.__wrapped__
    code = plain.__code__
    here = tuple("cpu" if value == "cuda" else value for value in code.co_consts)
    there = type(plain)(code.replace(co_consts=here), plain.__globals__, closure=plain.__closure__)
    data, state = bnb.functional.quantize_4bit(weight, compress_statistics=True, quant_type="nf4")
    packed = SimpleNamespace(data=data, quant_state=state)
    return there(packed, weight, num_bits=4, reduced_rank=rank)


def compare_loftq():
    if importlib.util.find_spec("bitsandbytes") is None:
        print("loftq  not compared: bitsandbytes is not installed")
        return
    weights = base().state_dict()
    a, b = ours(root / "loftq", "A"), ours(root / "loftq", "B")
    scale, worst, size = 32 / 16, 0.0, 0.0
    with torch.no_grad():
        for name in a:
            right, left = theirs_loftq(weights[name + ".weight"], len(a[name]))
            product = left @ right
            worst = max(worst, (scale * b[name] @ a[name] - product).abs().max().item())
            size = max(size, product.abs().max().item())
    print(f"loftq  largest difference of products, with the scale, to PEFT's without it: {worst:.1e} of {size:.1e}")
    assert worst < 1e-5


compare_eva()
compare_loftq()
