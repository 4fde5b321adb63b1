"""Loads an adapter written by Lorax in PEFT and compares logits: peft_check.py BASE ADAPTER TEXT LOGITS.json"""
import json
import sys
import warnings

import peft
import torch
import transformers
from peft import PeftConfig, PeftModel, get_peft_model, set_peft_model_state_dict
from peft.utils import load_peft_weights
from transformers import AutoModelForCausalLM, AutoTokenizer

base_folder, adapter_folder, text, logits_file = sys.argv[1:5]
warnings.simplefilter("error", UserWarning)  # PEFT warns of missing and unexpected keys
warnings.filterwarnings("ignore", message=".*base_model_name_or_path.*")  # the base lies elsewhere here
print(f"torch {torch.__version__}, transformers {transformers.__version__}, peft {peft.__version__}")

base = AutoModelForCausalLM.from_pretrained(base_folder, dtype=torch.float32, attn_implementation="eager")
config = PeftConfig.from_pretrained(adapter_folder)
config.inference_mode = False
model = get_peft_model(base, config)
wanted = {name for name, _ in model.named_parameters() if "lora_" in name}
weights = load_peft_weights(adapter_folder)
result = set_peft_model_state_dict(model, weights)
missing = [key for key in result.missing_keys if "lora_" in key]
print(f"adapter tensors: {len(weights)} in the file, {len(wanted)} in the model")
print(f"missing keys: {missing}")
print(f"unexpected keys: {list(result.unexpected_keys)}")
model.eval()

ours = json.load(open(logits_file))
tokenizer = AutoTokenizer.from_pretrained(base_folder)
ids = tokenizer(text)["input_ids"]
print(f"token ids equal: {ids == ours['ids']} ({len(ids)} tokens)")
with torch.no_grad():
    theirs = model(input_ids=torch.tensor([ids])).logits[0]
    with model.disable_adapter():
        plain = model(input_ids=torch.tensor([ids])).logits[0]
difference = (theirs - torch.tensor(ours["logits"]).view_as(theirs)).abs().max().item()
print(f"largest difference of logits: {difference:.1e} (the adapter changes them by up to {(theirs - plain).abs().max().item():.1f})")
assert not missing and not result.unexpected_keys and len(weights) == len(wanted)
assert ids == ours["ids"] and difference < 1e-3
print("ok")
