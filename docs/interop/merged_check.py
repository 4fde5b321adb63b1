"""Loads a checkpoint merged by Lorax in transformers and compares logits: merged_check.py MERGED LOGITS.json"""
import json
import sys

import torch
from transformers import AutoModelForCausalLM

model, info = AutoModelForCausalLM.from_pretrained(
    sys.argv[1], dtype=torch.float32, attn_implementation="eager", output_loading_info=True)
print({name: sorted(keys) for name, keys in info.items() if keys} or "no missing, unexpected or mismatched key")
ours = json.load(open(sys.argv[2]))
with torch.no_grad():
    theirs = model.eval()(input_ids=torch.tensor([ours["ids"]])).logits[0]
difference = (theirs - torch.tensor(ours["logits"]).view_as(theirs)).abs().max().item()
print(f"largest difference of logits to the unmerged adapter: {difference:.1e}")
assert difference < 1e-3
print("ok")
