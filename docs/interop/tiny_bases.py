"""Makes tiny random checkpoints for the comparison of options: tiny_bases.py FOLDER"""
import sys
from pathlib import Path

import torch
from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

root = Path(sys.argv[1])
torch.manual_seed(5)
gpt2 = GPT2LMHeadModel(GPT2Config(vocab_size=97, n_positions=64, n_embd=32, n_layer=2, n_head=4))
llama = LlamaForCausalLM(
    LlamaConfig(
        vocab_size=97, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=64, attention_bias=True, mlp_bias=True,
        tie_word_embeddings=False,
    )
)
for name, model in {"gpt2": gpt2, "llama": llama}.items():
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)  # biases and norms that matter
    model.save_pretrained(root / name)
