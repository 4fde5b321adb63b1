"""What bitsandbytes makes of a matrix, and reads back from that: for Nf4WeightTest.

Usage: bitsandbytes_cases.py FOLDER, with bitsandbytes, torch and safetensors installed. Any processor does.
"""

import sys
from pathlib import Path

import bitsandbytes.functional as bnb
import torch
from safetensors.torch import save_file


def cases(matrix):
    """One quantised with its scales in 8 bits, one with them as they are, in other blocks."""
    for name, blocks, doubled in (("doubled", 64, True), ("exact", 128, False)):
        packed, state = bnb.quantize_4bit(matrix, blocksize=blocks, compress_statistics=doubled, quant_type="nf4")
        yield f"{name}.weight", packed
        for key, value in state.as_dict(packed=True).items():
            yield f"{name}.weight.{key}", value
        yield f"{name}.values", bnb.dequantize_4bit(packed, state)


def main(folder):
    torch.manual_seed(0)
    matrix = torch.randn(96, 192) * 0.02
    matrix[5, 7] = 1.5  # an outlier
    matrix[40, 64:128] = 0  # a block of zeros
    for name, dtype in (("bf16", torch.bfloat16), ("f32", torch.float32)):
        tensors = dict(cases(matrix.to(dtype)))
        tensors["matrix"] = matrix.to(dtype)
        save_file({key: value.contiguous() for key, value in tensors.items()}, Path(folder) / f"nf4-{name}.safetensors")


main(sys.argv[1])
