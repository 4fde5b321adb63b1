"""Makes the small files of torch.save in lorax-library/src/test/resources/golden/torch, and what must be read from them.

  python docs/interop/torch_files.py lorax-library/src/test/resources/golden/torch
"""

import sys
from collections import OrderedDict
from pathlib import Path

import torch
from safetensors.torch import save_file

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)

base = torch.arange(24, dtype=torch.float32).reshape(4, 6) / 8
tensors = OrderedDict(
    whole=base,
    transposed=base.T,
    column=base[:, 2],
    block=base[1:3, 2:5],
    every_other=base[::2, ::3],
    one_of_many=base[3, 5],
    three=base.reshape(2, 3, 4).permute(2, 0, 1),
    unsqueezed=base[0].expand(1, -1),
    parameter=torch.nn.Parameter(torch.tensor([1.5, -2.0])),
    empty=torch.zeros(3, 0, dtype=torch.float64),
    double=torch.tensor([1e-300, -0.0], dtype=torch.float64),
    half=torch.tensor([[0.5], [65504.0]], dtype=torch.float16),
    brain=torch.tensor([3.140625], dtype=torch.bfloat16),
    long=torch.tensor([-(2**62), 7]),
    int=torch.tensor([-7], dtype=torch.int32),
    short=torch.tensor([-300], dtype=torch.int16),
    char=torch.tensor([-3], dtype=torch.int8),
    byte=torch.tensor([200], dtype=torch.uint8),
    bool=torch.tensor([True, False]),
)
tensors._metadata = OrderedDict({"": {"version": 1}})  # as state_dict() adds it

torch.save(tensors, folder / "zip.bin")
torch.save(tensors, folder / "protocol4.bin", pickle_protocol=4)
torch.save(tensors, folder / "legacy.bin", _use_new_zipfile_serialization=False)
torch.save({"epoch": 3, "state_dict": {"w": base[0]}}, folder / "wrapped.bin")
save_file({name: t.detach().clone(memory_format=torch.contiguous_format) for name, t in tensors.items()}, folder / "expected.safetensors")
