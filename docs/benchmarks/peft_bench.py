"""The same work in PEFT: peft_bench.py train|decode CONFIG.json f32|bf16 sdpa|eager

Prints one JSON object. Training: 2 x 256 tokens, rank 4 on query, key and value; decoding: 64 tokens after 16,
greedy, batch 1, the adapter not merged. Random weights, made in the type asked for.
"""
import json
import os
import statistics
import sys
import threading
import time

import peft
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoConfig, AutoModelForCausalLM
from transformers.utils import logging

BATCH, SEQ, PROMPT, TOKENS = 2, 256, 16, 64
logging.set_verbosity_error()


def status(field):
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith(field))


class MemoryWatch(threading.Thread):
    """Samples the anonymous memory; the kernel keeps the peak of all memory itself."""

    def __init__(self):
        super().__init__(daemon=True)
        self.anonymous = 0
        self.start()

    def run(self):
        while True:
            self.anonymous = max(self.anonymous, status("RssAnon:"))
            time.sleep(0.02)


def model(config, dtype, attention):
    settings = json.load(open(config))
    gpt2 = settings["model_type"] == "gpt2"
    base = AutoModelForCausalLM.from_config(
        AutoConfig.for_model(**settings),
        attn_implementation=attention,
        dtype={"f32": torch.float32, "bf16": torch.bfloat16}[dtype],
    )
    return get_peft_model(base, LoraConfig(
        r=4, lora_alpha=8, fan_in_fan_out=gpt2,
        target_modules=["c_attn"] if gpt2 else ["q_proj", "k_proj", "v_proj"],
    ))


def measured(warmup, count, work):
    """Milliseconds of each repetition after the warm-up."""
    times = []
    for _ in range(warmup + count):
        start = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - start))
    return times[warmup:]


def train(adapted):
    trained = [p for p in adapted.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=3e-4, weight_decay=0)
    adapted.train()

    def step():
        ids = torch.randint(0, adapted.config.vocab_size, (BATCH, SEQ))
        adapted(input_ids=ids, labels=ids).loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad()

    return measured(2, 8, step), BATCH * SEQ


@torch.inference_mode()
def decode(adapted):
    adapted.eval()
    ids = torch.randint(0, adapted.config.vocab_size, (1, PROMPT))

    def generate(tokens):
        adapted.generate(
            input_ids=ids, attention_mask=torch.ones_like(ids), do_sample=False, use_cache=True,
            min_new_tokens=tokens, max_new_tokens=tokens, pad_token_id=0, eos_token_id=None,
        )

    first = statistics.median(measured(2, 5, lambda: generate(1)))
    rounds = measured(1, 7, lambda: generate(1 + TOKENS))
    return [(time - first) / TOKENS for time in rounds], 1


def main(what, config, dtype, attention):
    torch.manual_seed(0)
    watch = MemoryWatch()
    times, tokens = {"train": train, "decode": decode}[what](model(config, dtype, attention))
    median = statistics.median(times)
    print(json.dumps({
        "program": f"PEFT {peft.__version__}, torch {torch.__version__}",
        "attention": attention,
        "threads": torch.get_num_threads(),
        "milliseconds": {"min": min(times), "median": median, "max": max(times)},
        "tokensPerSecond": 1000 * tokens / median,
        "memory": {"peakBytes": status("VmHWM:"), "peakAnonymousBytes": watch.anonymous},
    }))
    sys.stdout.flush()
    os._exit(0)


main(*sys.argv[1:])
