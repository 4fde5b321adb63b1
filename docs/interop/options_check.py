"""Loads adapters with every option in PEFT and compares logits: options_check.py BASE ADAPTERS"""
import json
import sys
import warnings
from pathlib import Path

import torch
from peft import PeftConfig, get_peft_model, set_peft_model_state_dict
from peft.utils import get_peft_model_state_dict, load_peft_weights
from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification

base_folder, root = Path(sys.argv[1]), Path(sys.argv[2])
warnings.simplefilter("ignore")


def base_of(folder):
    """The base; of an adapter to a quantised one, its values."""
    architecture = json.loads((base_folder / "config.json").read_text())["architectures"][0]
    kind = AutoModelForSequenceClassification if "Classification" in architecture else AutoModelForCausalLM
    own = folder / "base"
    return kind.from_pretrained(
        own if own.exists() else base_folder, dtype=torch.float32, attn_implementation="eager").eval()


bad = 0
for folder in sorted(root.iterdir()):
    base = base_of(folder)
    config = PeftConfig.from_pretrained(folder)
    config.inference_mode = False
    model = get_peft_model(base, config)
    weights = load_peft_weights(folder)
    # With bias="all" PEFT saves the biases of a head that is saved whole a second and a third time.
    wanted = {key for key in get_peft_model_state_dict(model, save_embedding_layers=False)
              if ".modules_to_save." not in key and ".original_module." not in key}
    result = set_peft_model_state_dict(model, weights)
    missing = wanted - set(weights)
    unexpected = list(result.unexpected_keys) + sorted(set(weights) - wanted)
    model.eval()
    ours = json.loads((folder / "logits.json").read_text())
    with torch.no_grad():
        theirs = model(input_ids=torch.tensor([ours["ids"]])).logits[0]
        plain = base_of(folder)(input_ids=torch.tensor([ours["ids"]])).logits[0]
    difference = (theirs - torch.tensor(ours["logits"]).view_as(theirs)).abs().max().item()
    change = (theirs - plain).abs().max().item()
    fits = not missing and not unexpected and difference < 1e-4
    bad += not fits
    print(f"{base_folder.name:7} {folder.name:20} {len(weights):3} tensors, missing {sorted(missing)}, "
          f"unexpected {unexpected}, largest difference of logits {difference:.1e} "
          f"(the adapter changes them by up to {change:.1f}){'' if fits else '  <-- differs'}")
assert bad == 0, f"{bad} options differ"
