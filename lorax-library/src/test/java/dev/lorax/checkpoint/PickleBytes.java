package dev.lorax.checkpoint;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Writes pickles opcode by opcode, right ones and wrong ones, and files of torch.save with them.
 */
final class PickleBytes {
  private static final byte[] MAGIC = {
    (byte) 0x8a,
    10,
    0x6c,
    (byte) 0xfc,
    (byte) 0x9c,
    0x46,
    (byte) 0xf9,
    0x20,
    0x6a,
    (byte) 0xa8,
    0x50,
    0x19
  };

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  PickleBytes raw(int... values) {
    for (int value : values) {
      bytes.write(value);
    }
    return this;
  }

  PickleBytes ascii(String text) {
    bytes.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    return this;
  }

  PickleBytes number(int size, long value) {
    byte[] all =
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    bytes.write(all, 0, size);
    return this;
  }

  PickleBytes global(String module, String name) {
    return ascii("c" + module + "\n" + name + "\n");
  }

  PickleBytes text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    raw('X').number(4, utf8.length).bytes.writeBytes(utf8);
    return this;
  }

  PickleBytes integer(long value) {
    return raw(0x8a, 8).number(8, value);
  }

  PickleBytes tuple(long... values) {
    raw('(');
    for (long value : values) {
      integer(value);
    }
    return raw('t');
  }

  PickleBytes storage(String type, String key, long elements) {
    raw('(').text("storage").global("torch", type).text(key).text("cpu").integer(elements);
    return raw('t', 'Q');
  }

  /** A row of all float32 numbers of a storage. */
  PickleBytes tensor(String key, long elements) {
    return tensor(key, elements, 0, new long[] {elements}, 1);
  }

  /** A float32 tensor that is a view of the storage "0". */
  PickleBytes tensor(long elements, long offset, long[] shape, long... strides) {
    return tensor("0", elements, offset, shape, strides);
  }

  private PickleBytes tensor(
      String key, long elements, long offset, long[] shape, long... strides) {
    global("torch._utils", "_rebuild_tensor_v2").raw('(').storage("FloatStorage", key, elements);
    integer(offset).tuple(shape).tuple(strides).raw(0x89);
    return global("collections", "OrderedDict").raw(')', 'R', 't', 'R');
  }

  byte[] pickle() {
    return bytes.toByteArray();
  }

  /** A file of before PyTorch 1.6 with this as the pickle of the tensors, stopped. */
  byte[] legacy(byte... rest) {
    PickleBytes file = new PickleBytes().raw(0x80, 2);
    file.bytes.writeBytes(MAGIC);
    file.raw('.').raw(0x80, 2).raw('M').number(2, 1001).raw('.');
    file.raw('}').text("little_endian").raw(0x88, 's', '.');
    file.bytes.writeBytes(pickle());
    file.raw('.').bytes.writeBytes(rest);
    return file.pickle();
  }
}
