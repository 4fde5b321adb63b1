"""Makes a parity fixture: a tiny random checkpoint, an adapter, and what transformers and PEFT compute with them.

    make_fixture.py FOLDER MODEL_TYPE TARGETS [FIELDS]

MODEL_TYPE is that of config.json; TARGETS are PEFT's target_modules, split by commas, or one regular expression;
FIELDS is a JSON object of fields of config.json that replace the tiny ones below. For example:

    python3 make_fixture.py lorax-library/src/test/resources/golden/smollm3-lora smollm3 q_proj,v_proj

The folder is found by the parity test. Where targets name experts of a mixture (w1, gate_proj ...), which transformers 5
keeps as parameters of three dimensions, the adapted model has a module for each expert, named as in the checkpoint and in
adapters made before; its logits are checked against those of the model as it was.
"""
import copy
import json
import re
import sys
from pathlib import Path

import peft
import torch
import transformers
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from torch import nn
from transformers import AutoConfig, AutoModelForCausalLM

TINY = {
    "vocab_size": 97, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
    "num_key_value_heads": 2, "max_position_embeddings": 128, "pad_token_id": None, "bos_token_id": None,
    "eos_token_id": None,
}
MIXTURE = {"num_experts_per_tok": 2, "num_local_experts": 4, "moe_intermediate_size": 16}
EXPERTS = {  # where a layer's mixture is, and the names of an expert's three products
    "mixtral": ("block_sparse_moe", "w1", "w3", "w2"),
    "qwen3_moe": ("mlp", "gate_proj", "up_proj", "down_proj"),
}
GREEDY = 20


class Expert(nn.Module):
    def __init__(self, names, gate, up, down, activation):
        super().__init__()
        self.names, self.activation = names, activation
        for name, weight in zip(names, (gate, up, down)):
            product = nn.Linear(weight.shape[1], weight.shape[0], bias=False)
            product.weight = nn.Parameter(weight.clone())
            self.add_module(name, product)

    def forward(self, x):
        gate, up, down = (getattr(self, name) for name in self.names)
        return down(self.activation(gate(x)) * up(x))


class Mixture(nn.Module):
    """A mixture with a module for each expert, of one whose experts are stacked."""

    def __init__(self, stacked, names, config):
        super().__init__()
        router, experts = stacked.gate.weight, stacked.experts
        self.chosen = config.num_experts_per_tok
        self.renormalised = getattr(config, "norm_topk_prob", True)
        self.gate = nn.Linear(router.shape[1], router.shape[0], bias=False)
        self.gate.weight = nn.Parameter(router.clone())
        self.experts = nn.ModuleList(
            Expert(names, *both.chunk(2), down, experts.act_fn)
            for both, down in zip(experts.gate_up_proj, experts.down_proj)
        )

    def forward(self, x):
        rows = x.view(-1, x.shape[-1])
        weights, chosen = self.gate(rows).float().softmax(-1).topk(self.chosen, -1)
        if self.renormalised:
            weights = weights / weights.sum(-1, keepdim=True)
        y = torch.zeros_like(rows)
        for number, expert in enumerate(self.experts):
            token, place = torch.where(chosen == number)
            y = y.index_add(0, token, expert(rows[token]) * weights[token, place, None])
        return y.view_as(x)


def with_modules_for_experts(model):
    place, *names = EXPERTS[model.config.model_type]
    model = copy.deepcopy(model)
    model.config.model_type += "_with_modules"  # or PEFT would look for the stacks
    for layer in model.model.layers:
        if hasattr(layer.mlp, "experts"):
            mixture = Mixture(layer.mlp, names, model.config)
            del layer.mlp
            layer.add_module(place, mixture)
            if place != "mlp":
                layer.__dict__["mlp"] = mixture  # found by forward, and by nobody who looks for modules
    return model.eval()


def config_of(model_type, fields):
    default = AutoConfig.for_model(model_type)
    known = {key: value for key, value in (TINY | MIXTURE).items() if hasattr(default, key)}
    config = AutoConfig.for_model(model_type, **(known | fields))
    config.architectures = [type(AutoModelForCausalLM.from_config(config)).__name__]
    return config


def randomise(module, seed, deviation):
    generator = torch.Generator().manual_seed(seed)
    for parameter in module.parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if parameter.dim() > 1:
            parameter.data = deviation * noise
        else:
            parameter.data += 0.1 * noise


def spelled_as_4(config):
    """The same fields in the spelling of transformers 4, which most published checkpoints have."""
    old = dict(config)
    rope = dict(old.pop("rope_parameters", None) or {})
    if config["model_type"] == "gpt_neox":  # which had names of its own
        old["rotary_emb_base"], old["rotary_pct"] = rope.pop("rope_theta"), rope.pop("partial_rotary_factor")
    if "rope_theta" in rope:
        old["rope_theta"] = rope.pop("rope_theta")
        if "partial_rotary_factor" in rope:
            old["partial_rotary_factor"] = rope.pop("partial_rotary_factor")
        old["rope_scaling"] = None if rope.get("rope_type", "default") == "default" else rope
    old["torch_dtype"] = old.pop("dtype", "float32")
    old["transformers_version"] = "4.46.0"
    return old


def greedy(model, prompt):
    """Twenty tokens, and the smallest gap between the best and the second logit on the way."""
    ids, margin = prompt, float("inf")
    for _ in range(GREEDY):
        best = model(input_ids=ids).logits[0, -1].topk(2)
        margin = min(margin, (best.values[0] - best.values[1]).item())
        ids = torch.cat([ids, best.indices[:1].view(1, 1)], 1)
    return ids, margin


def train(model, **batch):
    """Losses of five steps and after them, the first gradients and their norm."""
    trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
    optimiser = torch.optim.AdamW(trained.values(), lr=1e-3, weight_decay=0.01)
    losses, gradients = [], {}
    for step in range(6):
        loss = model(**batch).loss
        losses.append(loss.item())
        if step < 5:
            optimiser.zero_grad()
            loss.backward()
            if step == 0:
                gradients = {name: p.grad.clone() for name, p in trained.items()}
            optimiser.step()
    norm = torch.sqrt(sum(g.double().square().sum() for g in gradients.values())).item()
    return losses, gradients, norm, trained


def stored(name):
    return name.replace(".modules_to_save", "").replace(".default", "")


def main(folder, model_type, targets, fields):
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(
        config_of(model_type, fields), attn_implementation="eager", dtype=torch.float32
    ).eval()
    randomise(model, 1, 0.15)
    model.tie_weights()
    model.save_pretrained(folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config_v4.json").write_text(json.dumps(spelled_as_4(config), indent=2) + "\n")

    numbers = torch.Generator().manual_seed(2)
    vocabulary = model.config.get_text_config().vocab_size
    ids = torch.randint(3, vocabulary, (2, 12), generator=numbers)
    labels = ids.clone()
    labels[0, :3] = labels[1, -2:] = -100
    prompt = torch.randint(3, vocabulary, (1, 7), generator=numbers)
    values = {"logits_base": model(input_ids=ids).logits}

    base = model
    if model_type in EXPERTS and re.search("|".join(EXPERTS[model_type][1:] + ("gate$",)), ",".join(targets)):
        base = with_modules_for_experts(model)
        assert torch.allclose(base(input_ids=ids).logits, values["logits_base"], atol=1e-5)
    lora = {"r": 4, "lora_alpha": 8, "target_modules": targets[0] if len(targets) == 1 else targets}
    adapted = get_peft_model(copy.deepcopy(base), LoraConfig(task_type="CAUSAL_LM", **lora)).eval()
    adapter = nn.ParameterList(p for n, p in adapted.named_parameters() if "lora_" in n)
    randomise(adapter, 3, 0.3)
    adapted.peft_config["default"].base_model_name_or_path = folder.name
    adapted.save_pretrained(folder / "adapter")
    (folder / "adapter" / "README.md").unlink(missing_ok=True)

    with torch.no_grad():
        base_ids, base_margin = greedy(model, prompt)
        adapter_ids, adapter_margin = greedy(adapted, prompt)
        merged = copy.deepcopy(adapted).merge_and_unload()
        values["logits_adapter"] = adapted(input_ids=ids).logits
        values["logits_merged"] = merged(input_ids=ids).logits
        values["logits_greedy_adapter_sequence"] = adapted(input_ids=adapter_ids).logits
    changed = {n.split(".lora_")[0].removeprefix("base_model.model.") for n, _ in adapted.named_parameters() if ".lora_" in n}
    values |= {f"merged.{n}": p for n, p in merged.named_parameters() if n.removesuffix(".weight") in changed}
    losses, gradients, norm, trained = train(adapted, input_ids=ids, labels=labels)
    values |= {f"grad.{stored(n)}": g for n, g in gradients.items()}
    values |= {f"after5.{stored(n)}": p for n, p in trained.items()}
    save_file({n: v.detach().contiguous().clone() for n, v in values.items()}, folder / "expected.safetensors")

    effect = (values["logits_adapter"] - values["logits_base"]).abs().max().item()
    margin = min(base_margin, adapter_margin)
    assert margin > 1e-3, f"a greedy choice hangs on {margin}: change a seed"
    assert effect > 0.1, f"the adapter changes the logits by {effect} only"
    expected = {
        "name": folder.name, "base_kind": model_type, "lora": lora,
        "greedy_base": base_ids[:, -GREEDY:].tolist(), "greedy_base_min_margin": base_margin,
        "greedy_adapter": adapter_ids[:, -GREEDY:].tolist(), "greedy_adapter_min_margin": adapter_margin,
        "max_abs_adapter_effect": effect,
        "trainable": {stored(n): list(p.shape) for n, p in trained.items()},
        "trainable_params": sum(p.numel() for p in trained.values()),
        "all_params": sum(p.numel() for p in adapted.parameters()),
        "grad_norm": norm, "losses": losses,
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__, "peft": peft.__version__},
    }
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    inputs = {"input_ids": ids.tolist(), "labels": labels.tolist(), "prompt": prompt.tolist()}
    (folder / "input_ids.json").write_text(json.dumps(inputs, indent=1) + "\n")
    print(f"{folder}: effect {effect:.2f}, smallest margin {margin:.4f}, loss {losses[0]:.4f} to {losses[-1]:.4f}")


if __name__ == "__main__":
    name, kind, modules = sys.argv[1:4]
    main(Path(name), kind, modules.split(","), json.loads(sys.argv[4]) if len(sys.argv) > 4 else {})
