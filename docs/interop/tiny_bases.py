"""Makes tiny random checkpoints for the comparison of options: tiny_bases.py FOLDER"""
import sys
from pathlib import Path

import torch
import transformers

root = Path(sys.argv[1])
torch.manual_seed(5)
ENCODER = {"vocab_size": 97, "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2,
           "num_attention_heads": 4, "max_position_embeddings": 64, "num_labels": 3}
models = {
    "gpt2": transformers.GPT2LMHeadModel(
        transformers.GPT2Config(vocab_size=97, n_positions=64, n_embd=64, n_layer=2, n_head=4)),
    "llama": transformers.LlamaForCausalLM(
        transformers.LlamaConfig(
            vocab_size=97, hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4,
            num_key_value_heads=2, max_position_embeddings=64, attention_bias=True, mlp_bias=True,
            tie_word_embeddings=False)),
    "bert": transformers.BertForSequenceClassification(transformers.BertConfig(**ENCODER)),
    "roberta": transformers.RobertaForSequenceClassification(
        transformers.RobertaConfig(**ENCODER, type_vocab_size=1, pad_token_id=1)),
}
for name, model in models.items():
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)  # biases and norms that matter
    model.save_pretrained(root / name)
