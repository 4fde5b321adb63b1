"""Makes the fixtures of encoders with a classification head.

    python docs/interop/make_classifier_fixture.py lorax-library/src/test/resources/golden/classifiers

Each is a tiny random model, an adapter of queries and values with the head trained beside it (what PEFT does for
SEQ_CLS), and what transformers and PEFT compute with them in float32. The texts have different lengths, and are padded
here alone.
"""

import json
import pathlib
import sys

import torch
import transformers
from make_fixture import randomise, stored, train
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

COMMON = {"vocab_size": 97, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4,
          "intermediate_size": 64, "max_position_embeddings": 40, "hidden_dropout_prob": 0.0,
          "attention_probs_dropout_prob": 0.0,
          "id2label": {0: "calm", 1: "breeze", 2: "storm"}, "label2id": {"calm": 0, "breeze": 1, "storm": 2}}
CASES = {
    "bert-lora": transformers.BertConfig(**COMMON, pad_token_id=0),
    "roberta-lora": transformers.RobertaConfig(**COMMON, pad_token_id=1, type_vocab_size=1),
}
TEXTS = ["a calm sea and no wind", "a light breeze from the west", "the storm broke the mast", "", "wind",
         "the wind is calm and the sea is calm and the night is calm and long, as calm as a night can be"]
PAIRS = [("a calm sea", "no wind"), ("the storm broke the mast", ""), ("", "wind"),
         ("the wind is calm and the sea is calm and the night is calm and long", "a storm from the west"),
         ("wind", "the wind is calm and the sea is calm and the night is calm and long, as calm as can be")]
LIMIT = 16
LENGTHS = [11, 7, 11, 3]
LABELS = [2, 0, 1, 1]


def tokenizer(kind):
    """One in the manner of the kind, trained on the texts, with that kind's special tokens."""
    if kind == "bert":
        specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
        made = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        made.normalizer = normalizers.BertNormalizer()
        made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        made.decoder = decoders.WordPiece()
        trainer = trainers.WordPieceTrainer(vocab_size=97, special_tokens=specials, show_progress=False)
    else:
        specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
        made = Tokenizer(models.BPE(unk_token="<unk>"))
        made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        made.decoder = decoders.ByteLevel()
        trainer = trainers.BpeTrainer(vocab_size=97, special_tokens=specials, show_progress=False)
    made.train_from_iterator(TEXTS, trainer)
    made.post_processor = (
        processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2)) if kind == "bert"
        else processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False))
    named = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), specials))
    if kind == "roberta":
        named = {"cls_token": "<s>", "pad_token": "<pad>", "sep_token": "</s>", "unk_token": "<unk>"}
    return transformers.PreTrainedTokenizerFast(tokenizer_object=made, **named)


def encodings(folder, kind):
    made = tokenizer(kind)
    made.save_pretrained(folder)
    cases = []
    for text, second in [(text, None) for text in TEXTS] + PAIRS:
        for limit in (None, LIMIT):
            cut = {"truncation": True, "max_length": limit} if limit else {}
            # As a list: an empty second text alone counts as none there.
            found = made([text], [second] if second is not None else None, return_token_type_ids=True, **cut)
            cases.append({"text": text, "second": second, "limit": limit, "ids": found["input_ids"][0],
                          "types": found["token_type_ids"][0]})
    (folder / "encodings.json").write_text(json.dumps(cases, indent=0))


def sequences(types):
    generator = torch.Generator().manual_seed(7)
    ids = [torch.randint(5, 97, (length,), generator=generator).tolist() for length in LENGTHS]
    kinds = [[int(types > 1 and place > length // 2) for place in range(length)] for length in LENGTHS]
    return ids, kinds


def padded(rows, filler):
    longest = max(map(len, rows))
    return torch.tensor([row + [filler] * (longest - len(row)) for row in rows])


def make(folder, config):
    ids, kinds = sequences(config.type_vocab_size)
    batch = {"input_ids": padded(ids, config.pad_token_id), "token_type_ids": padded(kinds, 0),
             "attention_mask": padded([[1] * len(row) for row in ids], 0), "labels": torch.tensor(LABELS)}
    model = transformers.AutoModelForSequenceClassification.from_config(config, attn_implementation="eager").eval()
    randomise(model, 1, 0.2)
    model.save_pretrained(folder)
    values, expected = {}, {}
    with torch.no_grad():
        values["logits_base"] = model(**batch).logits
    lora = LoraConfig(r=4, lora_alpha=8, target_modules=["query", "value"], task_type="SEQ_CLS")
    tuned = get_peft_model(model, lora).eval()
    randomise(torch.nn.ParameterList(p for p in tuned.parameters() if p.requires_grad), 2, 0.2)
    tuned.save_pretrained(folder / "adapter")
    (folder / "adapter" / "README.md").unlink(missing_ok=True)
    with torch.no_grad():
        values["logits_adapter"] = tuned(**batch).logits
        tuned.merge_adapter()
        for name, module in tuned.named_modules():
            if hasattr(module, "base_layer"):
                name = name.removeprefix("base_model.model.")
                values[f"merged.{name}.weight"] = module.base_layer.weight.clone()
        tuned.unmerge_adapter()
    losses, gradients, norm, trained = train(tuned, **batch)
    expected |= {"losses": losses, "grad_norm": norm}
    values |= {f"grad.{stored(name)}": gradient for name, gradient in gradients.items()}
    values |= {f"after5.{stored(name)}": value for name, value in trained.items()}
    save_file({name: value.detach().contiguous() for name, value in values.items()}, folder / "expected.safetensors")
    (folder / "expected.json").write_text(json.dumps(expected))
    encodings(folder, config.model_type)
    (folder / "input_ids.json").write_text(json.dumps({"input_ids": ids, "types": kinds, "labels": LABELS}))


if __name__ == "__main__":
    for name, case in CASES.items():
        make(pathlib.Path(sys.argv[1]) / name, case)
