"""The same steps in PEFT: peft_step.py CONFIG.json f32|bf16 STEPS [eager|sdpa]"""
import json
import resource
import sys
import time

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoConfig, AutoModelForCausalLM

file, dtype, steps = sys.argv[1], sys.argv[2], int(sys.argv[3])
attention = sys.argv[4] if len(sys.argv) > 4 else "sdpa"
torch.manual_seed(0)
settings = json.load(open(file))
config = AutoConfig.for_model(**settings)
model = AutoModelForCausalLM.from_config(config, attn_implementation=attention)
if dtype == "bf16":
    model = model.to(torch.bfloat16)
gpt2 = settings["model_type"] == "gpt2"
targets = ["c_attn"] if gpt2 else ["q_proj", "k_proj", "v_proj"]
model = get_peft_model(model, LoraConfig(r=4, lora_alpha=8, target_modules=targets, fan_in_fan_out=gpt2))
trained = [p for p in model.parameters() if p.requires_grad]
optimizer = torch.optim.AdamW(trained, lr=3e-4, weight_decay=0)
model.train()
times = []
for _ in range(2 + steps):
    ids = torch.randint(0, config.vocab_size, (2, 256))
    start = time.perf_counter()
    model(input_ids=ids, labels=ids).loss.backward()
    torch.nn.utils.clip_grad_norm_(trained, 1.0)
    optimizer.step()
    optimizer.zero_grad()
    times.append(1000 * (time.perf_counter() - start))
times = sorted(times[2:])
median = times[len(times) // 2]
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
print(f"peft   {dtype:4} median {median:5.0f} ms  min {times[0]:5.0f} ms  {512000 / median:4.0f} tokens/s  peak {peak:5.0f} MB  ({attention})")
