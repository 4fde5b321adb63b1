"""Small models that transformers quantised with bitsandbytes and saved, with their logits: for BitsAndBytesTest.

Usage: bitsandbytes_models.py FOLDER, with bitsandbytes, transformers and accelerate installed. Any processor does.
"""

import sys
from pathlib import Path

import bitsandbytes.functional as bnb
import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, BitsAndBytesConfig, GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

IDS = torch.tensor([[5, 11, 3, 60, 7, 7, 42, 1, 0, 33]])


def llama():
    return LlamaForCausalLM(
        LlamaConfig(vocab_size=64, hidden_size=64, intermediate_size=192, num_hidden_layers=2, num_attention_heads=4,
                    num_key_value_heads=2, max_position_embeddings=64, tie_word_embeddings=False))


def gpt2():
    return GPT2LMHeadModel(GPT2Config(vocab_size=64, n_positions=64, n_embd=128, n_layer=2, n_head=4))


def save(folder, make, **quantised):
    torch.manual_seed(0)
    plain = folder / "plain"
    make().to(torch.bfloat16).save_pretrained(plain)
    config = BitsAndBytesConfig(**quantised)
    model = AutoModelForCausalLM.from_pretrained(plain, quantization_config=config, dtype=torch.bfloat16, device_map="cpu")
    model.save_pretrained(folder)
    for file in plain.iterdir():
        file.unlink()
    plain.rmdir()
    dequantise(model)
    with torch.no_grad():
        logits = torch.nn.Module.float(model)(IDS).logits[0]
    save_file({"ids": IDS[0], "logits": logits.contiguous()}, folder / "expected.safetensors")


def dequantise(model):
    """Each quantised layer as a plain one in f32."""
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            kind = type(child).__name__
            if kind not in ("Linear4bit", "Linear8bitLt"):
                continue
            if kind == "Linear4bit":
                child.weight.quant_state.dtype = torch.float32
                weight = bnb.dequantize_4bit(child.weight.data, child.weight.quant_state)
            else:
                scales = child.weight.SCB if child.weight.SCB is not None else child.state.SCB
                weight = bnb.int8_vectorwise_dequant(child.weight.data, scales)
            plain = torch.nn.Linear(weight.shape[1], weight.shape[0], bias=child.bias is not None)
            plain.weight.data = weight.float()
            if child.bias is not None:
                plain.bias.data = child.bias.data.float()
            setattr(parent, name, plain)


def main(folder):
    four = dict(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.bfloat16)
    save(folder / "llama-nf4", llama, bnb_4bit_use_double_quant=True, **four)
    save(folder / "gpt2-nf4", gpt2, bnb_4bit_use_double_quant=False, **four)
    save(folder / "llama-int8", llama, load_in_8bit=True)


main(Path(sys.argv[1]))
