"""Makes fixtures of the parity kit for variants of decoders that few checkpoints have.

    python docs/interop/make_decoder_fixtures.py lorax-library/src/test/resources/golden

Each is a tiny random model, a random adapter, and what transformers and PEFT compute with them in float32: logits,
greedy tokens, gradients, five steps of AdamW, merged weights.
"""

import json
import pathlib
import sys

import torch
import transformers
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file

COMMON = {"vocab_size": 97, "bos_token_id": None, "eos_token_id": None, "pad_token_id": None}
NEOX = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64,
        "max_position_embeddings": 64}
OPT = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "ffn_dim": 64, "dropout": 0.0,
       "max_position_embeddings": 64}
BIGCODE = {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 64, "attn_pdrop": 0.0, "embd_pdrop": 0.0,
           "resid_pdrop": 0.0}
CASES = {
    "neox-sequential": (
        transformers.GPTNeoXConfig(**NEOX, **COMMON, use_parallel_residual=False, attention_bias=False,
                                   tie_word_embeddings=True, rope_parameters={
                                       "rope_type": "default", "rope_theta": 500.0, "partial_rotary_factor": 0.5}),
        {"use_parallel_residual": False, "rotary_emb_base": 500.0, "rotary_pct": 0.5},
        ["query_key_value", "dense"]),
    "opt-norms-behind": (
        transformers.OPTConfig(**OPT, **COMMON, do_layer_norm_before=False, word_embed_proj_dim=16),
        {}, ["k_proj", "fc1", "project_in"]),
    "gpt-bigcode-multi-head": (
        transformers.GPTBigCodeConfig(**BIGCODE, **COMMON, multi_query=False), {}, ["c_attn", "c_fc"]),
}


def randomise(named, seed, deviation):
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for _, value in named:
            centre = 1.0 if value.dim() == 1 and bool((value == 1).all()) else 0.0
            value.copy_(centre + deviation * torch.randn(value.shape, generator=generator))


def greedy(model, prompt, count=20):
    ids = torch.tensor([prompt])
    for _ in range(count):
        ids = torch.cat([ids, model(input_ids=ids).logits[:, -1:].argmax(-1)], 1)
    return ids


def config_v4(config, extra):
    old = json.loads(config.to_json_string(use_diff=False))
    old.pop("rope_parameters", None)
    old["torch_dtype"] = old.pop("dtype", "float32")
    return json.dumps({**old, **extra}, indent=1, sort_keys=True)


def train(model, values, batch):
    """Losses before each of five steps of AdamW and after them, and the first gradient's norm."""
    trained = {name: value for name, value in model.named_parameters() if value.requires_grad}
    optimiser = torch.optim.AdamW(trained.values(), lr=1e-3, weight_decay=0.01)
    key = lambda name: name.replace(".default.", ".").replace(".modules_to_save", "")
    losses, norm = [], None
    for step in range(5):
        optimiser.zero_grad()
        loss = model(**batch).loss
        loss.backward()
        losses.append(loss.item())
        if step == 0:
            norm = torch.stack([value.grad.norm() for value in trained.values()]).norm().item()
            values.update({"grad." + key(name): value.grad.clone() for name, value in trained.items()})
        optimiser.step()
    losses.append(model(**batch).loss.item())
    values.update({"after5." + key(name): value.detach().clone() for name, value in trained.items()})
    return losses, norm


def make(folder, config, extra, targets):
    generator = torch.Generator().manual_seed(7)
    ids = torch.randint(0, 97, (2, 12), generator=generator)
    prompt = torch.randint(0, 97, (7,), generator=generator).tolist()
    labels = ids.clone()
    labels[0, :3] = labels[1, 10:] = -100
    model = transformers.AutoModelForCausalLM.from_config(config, attn_implementation="eager").eval()
    randomise(model.named_parameters(), 1, 0.2)
    model.save_pretrained(folder)
    (folder / "config_v4.json").write_text(config_v4(config, extra))
    values, expected = {}, {}
    with torch.no_grad():
        values["logits_base"] = model(input_ids=ids).logits
        expected["greedy_base"] = greedy(model, prompt)[:, len(prompt):].tolist()
    lora = LoraConfig(r=4, lora_alpha=8, target_modules=targets, task_type="CAUSAL_LM")
    tuned = get_peft_model(model, lora).eval()
    randomise([(n, p) for n, p in tuned.named_parameters() if "lora_" in n], 2, 0.2)
    tuned.save_pretrained(folder / "adapter")
    with torch.no_grad():
        values["logits_adapter"] = tuned(input_ids=ids).logits
        followed = greedy(tuned, prompt)
        expected["greedy_adapter"] = followed[:, len(prompt):].tolist()
        values["logits_greedy_adapter_sequence"] = tuned(input_ids=followed).logits
        tuned.merge_adapter()
        values["logits_merged"] = tuned(input_ids=ids).logits
        for name, module in tuned.named_modules():
            if hasattr(module, "base_layer"):
                name = name.removeprefix("base_model.model.")
                values[f"merged.{name}.weight"] = module.base_layer.weight.clone()
        tuned.unmerge_adapter()
    expected["losses"], expected["grad_norm"] = train(tuned, values, {"input_ids": ids, "labels": labels})
    save_file({name: value.contiguous() for name, value in values.items()}, folder / "expected.safetensors")
    (folder / "expected.json").write_text(json.dumps(expected))
    (folder / "input_ids.json").write_text(
        json.dumps({"input_ids": ids.tolist(), "labels": labels.tolist(), "prompt": [prompt]}))
    (folder / "adapter" / "README.md").unlink(missing_ok=True)


if __name__ == "__main__":
    for name, case in CASES.items():
        make(pathlib.Path(sys.argv[1]) / name, *case)
