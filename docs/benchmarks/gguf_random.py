"""A GGUF file of a Llama shape with random weights: gguf_random.py CONFIG.json OUT.gguf

Matrices are bfloat16, norms float32; llama-quantize makes other types of it. The vocabulary is made up.
The format is described in the specification of GGUF, version 3.
"""
import json
import struct
import sys

import numpy

U32, F32, STRING, ARRAY, I32 = 4, 6, 8, 9, 5  # types of metadata values
TENSOR_F32, TENSOR_BF16 = 0, 30
ALIGNMENT = 32


def text(value):
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def entry(key, kind, value):
    return text(key) + struct.pack("<I", kind) + value


def u32(key, value):
    return entry(key, U32, struct.pack("<I", value))


def f32(key, value):
    return entry(key, F32, struct.pack("<f", value))


def array(key, kind, count, values):
    return entry(key, ARRAY, struct.pack("<IQ", kind, count) + values)


def vocabulary(size):
    tokens = ["<unk>", "<s>", "</s>"] + ["<0x%02X>" % byte for byte in range(256)]
    tokens += ["w%d" % i for i in range(len(tokens), size)]
    kinds = [2, 3, 3] + [6] * 256 + [1] * (size - 259)  # unknown, control, byte, normal
    return [
        entry("tokenizer.ggml.model", STRING, text("llama")),
        array("tokenizer.ggml.tokens", STRING, size, b"".join(map(text, tokens))),
        array("tokenizer.ggml.scores", F32, size, struct.pack("<%df" % size, *[-float(i) for i in range(size)])),
        array("tokenizer.ggml.token_type", I32, size, struct.pack("<%di" % size, *kinds)),
        u32("tokenizer.ggml.bos_token_id", 1),
        u32("tokenizer.ggml.eos_token_id", 2),
        u32("tokenizer.ggml.unknown_token_id", 0),
    ]


def metadata(c):
    return [
        entry("general.architecture", STRING, text("llama")),
        entry("general.name", STRING, text("random")),
        u32("general.file_type", 32),
        u32("general.alignment", ALIGNMENT),
        u32("llama.context_length", c["max_position_embeddings"]),
        u32("llama.embedding_length", c["hidden_size"]),
        u32("llama.block_count", c["num_hidden_layers"]),
        u32("llama.feed_forward_length", c["intermediate_size"]),
        u32("llama.attention.head_count", c["num_attention_heads"]),
        u32("llama.attention.head_count_kv", c["num_key_value_heads"]),
        f32("llama.attention.layer_norm_rms_epsilon", c["rms_norm_eps"]),
        u32("llama.rope.dimension_count", c["hidden_size"] // c["num_attention_heads"]),
        f32("llama.rope.freq_base", c.get("rope_theta", 10000.0)),
        u32("llama.vocab_size", c["vocab_size"]),
    ] + vocabulary(c["vocab_size"])


def shapes(c):
    """Name and shape [out, in] of every matrix, or [width] of a norm."""
    width, inner, vocab = c["hidden_size"], c["intermediate_size"], c["vocab_size"]
    narrow = width // c["num_attention_heads"] * c["num_key_value_heads"]
    yield "token_embd", (vocab, width)
    for layer in range(c["num_hidden_layers"]):
        for name, shape in [
            ("attn_norm", (width,)), ("attn_q", (width, width)), ("attn_k", (narrow, width)),
            ("attn_v", (narrow, width)), ("attn_output", (width, width)), ("ffn_norm", (width,)),
            ("ffn_gate", (inner, width)), ("ffn_up", (inner, width)), ("ffn_down", (width, inner)),
        ]:
            yield "blk.%d.%s" % (layer, name), shape
    yield "output_norm", (width,)
    yield "output", (vocab, width)


def values(shape, random):
    if len(shape) == 1:
        return numpy.ones(shape, numpy.float32).tobytes()
    exact = random.standard_normal(shape, numpy.float32) * numpy.float32(0.02)
    return (exact.view(numpy.uint32) >> 16).astype(numpy.uint16).tobytes()  # bfloat16, cut off


def padding(length):
    return b"\0" * (-length % ALIGNMENT)


def main(config, out):
    c = json.load(open(config))
    tensors = list(shapes(c))
    entries = metadata(c)
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(entries)) + b"".join(entries)
    offset = 0
    for name, shape in tensors:
        bytes_each = 4 if len(shape) == 1 else 2
        kind = TENSOR_F32 if len(shape) == 1 else TENSOR_BF16
        lengths = struct.pack("<%dQ" % len(shape), *reversed(shape))
        head += text(name + ".weight") + struct.pack("<I", len(shape)) + lengths + struct.pack("<IQ", kind, offset)
        length = bytes_each * int(numpy.prod(shape))
        offset += length + len(padding(length))
    random = numpy.random.default_rng(1)
    with open(out, "wb") as file:
        file.write(head + padding(len(head)))
        for _, shape in tensors:
            data = values(shape, random)
            file.write(data + padding(len(data)))


main(*sys.argv[1:])
