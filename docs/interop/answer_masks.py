"""Makes lorax-library/src/test/resources/data/answer_masks.json: places of tokens, and which tokens of prompt +
completion are learned by two rules.

  python docs/interop/answer_masks.py lorax-library/src/test/resources

"places" are transformers' offsets, in UTF-16 units. "by_character" begins at the token that holds the completion's
first character (char_to_token). "by_prompt_length" begins after as many tokens as the prompt has alone, which is how
TRL does it. Both reach to the end, the end-of-sequence token included.
"""

import json
import pathlib
import sys

from transformers import PreTrainedTokenizerFast

END = {"gpt2_bytelevel": "<|endoftext|>", "llama2_bytefallback": "</s>", "llama3_split": "<|endoftext|>"}

PAIRS = [
    ("What is the capital of France? ", "Paris."),
    ("What is the capital of France?", " Paris."),
    ("Answer:", "the tree"),
    ("Say: th", "e end"),  # inside a word: a token may straddle the border
    ("", "no prompt at all"),
    (" ", "a space before"),
    ("Emoji \U0001f600:", " \U0001f680 and \U0001f44d\U0001f3fd!"),
    ("日本語", "の答え"),
    ("e", "\u0301 is one letter with its accent"),
    ("two  spaces  ", "  and more  "),
    ("line\n", "\nnext line\n"),
    ("naïve café ", "\u00fcber \u4f60\u597d \U0001f9d1\u200d\U0001f680"),
]


def units(text, point):
    return len(text[:point].encode("utf-16-le")) // 2


def case(tokenizer, prompt, completion):
    text = prompt + completion
    encoded = tokenizer(text, return_offsets_mapping=True)
    ids = encoded["input_ids"]
    specials = encoded.encodings[0].special_tokens_mask
    places = [
        [-1, -1] if special else [units(text, start), units(text, end)]
        for special, (start, end) in zip(specials, encoded["offset_mapping"])
    ]
    count = len(ids) + 1
    first = encoded.char_to_token(len(prompt))
    alone = len(tokenizer(prompt)["input_ids"])
    return {
        "prompt": prompt,
        "completion": completion,
        "ids": ids + [tokenizer.eos_token_id],
        "places": places,
        "by_character": [int(i >= first) for i in range(count)],
        "by_prompt_length": [int(i >= alone) for i in range(count)],
    }


def main(resources):
    fixtures = {}
    for name, end in END.items():
        file = resources / "tokenizers" / name / "tokenizer.json"
        tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(file), eos_token=end)
        fixtures[name] = {"end": end, "cases": [case(tokenizer, *pair) for pair in PAIRS]}
    out = resources / "data" / "answer_masks.json"
    out.parent.mkdir(exist_ok=True)
    lines = []
    for name, fixture in fixtures.items():
        cases = ",\n".join("  " + json.dumps(each) for each in fixture["cases"])
        lines.append(f' {json.dumps(name)}: {{"end": {json.dumps(fixture["end"])}, "cases": [\n{cases}]}}')
    out.write_text("{\n" + ",\n".join(lines) + "\n}\n")


main(pathlib.Path(sys.argv[1]))
