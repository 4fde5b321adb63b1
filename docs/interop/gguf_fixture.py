"""Writes the GGUF file that the tests read, with llama.cpp's own Python package: gguf_fixture.py OUT.gguf

It needs gguf and numpy, and holds every kind of value, and the same numbers in each type of tensor.
"""
import sys

import gguf
import numpy

writer = gguf.GGUFWriter(sys.argv[1], "gpt2")
writer.add_uint8("kind.u8", 200)
writer.add_int8("kind.i8", -100)
writer.add_uint16("kind.u16", 60000)
writer.add_int16("kind.i16", -30000)
writer.add_uint32("kind.u32", 4000000000)
writer.add_int32("kind.i32", -2000000000)
writer.add_uint64("kind.u64", 2**63 + 1)
writer.add_int64("kind.i64", -(2**62))
writer.add_float32("kind.f32", 0.1)
writer.add_float64("kind.f64", 0.1)
writer.add_bool("kind.bool", True)
writer.add_string("kind.text", "naïve 東京\n")
writer.add_array("array.text", ["", "a", "é"])
writer.add_array("array.i32", [-1, 0, 2147483647])
writer.add_array("array.f32", [0.5, -1.5])
writer.add_array("array.bool", [True, False])

x = numpy.random.default_rng(1).standard_normal((6, 64)).astype(numpy.float32)
x[1, :32] = 0
x[2, :32] = numpy.arange(32) - 15.5  # with 127 below, halves that must be rounded away from zero
x[2, 31] = 127
x[3] *= 1e-4
x[4] *= 1e4
types = gguf.GGMLQuantizationType
writer.add_tensor("x.f32", x)
writer.add_tensor("x.f16", x.astype(numpy.float16))
writer.add_tensor("x.bf16", gguf.quants.quantize(x, types.BF16), raw_dtype=types.BF16)
writer.add_tensor("x.q8_0", gguf.quants.quantize(x, types.Q8_0), raw_dtype=types.Q8_0)
writer.add_tensor("vector", numpy.arange(3, dtype=numpy.float32))
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
