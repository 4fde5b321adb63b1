package dev.lorax.gguf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** The bytes of a GGUF file before its tensors' data. */
final class GgufOutput {
  private static final int ALIGNMENT = GgufHeader.DEFAULT_ALIGNMENT;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private GgufOutput() {}

  static ByteBuffer header(Map<String, GgufValue> metadata, Map<String, GgufTensor> layout) {
    GgufOutput output = new GgufOutput();
    output.int32(GgufHeader.MAGIC);
    output.int32(GgufHeader.VERSION);
    output.int64(layout.size());
    output.int64(metadata.size());
    metadata.forEach(output::value);
    long offset = 0;
    for (Map.Entry<String, GgufTensor> entry : layout.entrySet()) {
      output.tensor(entry.getKey(), entry.getValue(), offset);
      offset = Math.addExact(offset, padded(entry.getValue()));
    }
    long size = GgufHeader.padded(output.bytes.size(), ALIGNMENT);
    output.bytes.writeBytes(new byte[(int) size - output.bytes.size()]);
    return ByteBuffer.wrap(output.bytes.toByteArray());
  }

  /** The bytes of a tensor's data with the padding after it. */
  static long padded(GgufTensor tensor) {
    return GgufHeader.padded(tensor.type().bytes(tensor.shape()), ALIGNMENT);
  }

  private void tensor(String name, GgufTensor tensor, long offset) {
    text(name);
    long[] lengths = tensor.shape().toArray();
    int32(lengths.length);
    for (int i = lengths.length - 1; i >= 0; i--) {
      int64(lengths[i]);
    }
    int32(tensor.type().id());
    int64(offset);
  }

  private void value(String key, GgufValue value) {
    text(key);
    if (!value.isArray()) {
      int32(value.kind().ordinal());
      put(value.kind(), value.value());
      return;
    }
    int32(GgufValue.Kind.ARRAY.ordinal());
    int32(value.kind().ordinal());
    List<?> values = value.values();
    int64(values.size());
    values.forEach(each -> put(value.kind(), each));
  }

  private void put(GgufValue.Kind kind, Object value) {
    switch (kind) {
      case U8, I8 -> bytes.write(((Long) value).byteValue());
      case U16, I16 -> write(ByteBuffer.allocate(2), ((Long) value).shortValue());
      case U32, I32 -> int32(((Long) value).intValue());
      case U64, I64 -> int64((Long) value);
      case F32 -> int32(Float.floatToRawIntBits((Float) value));
      case F64 -> int64(Double.doubleToRawLongBits((Double) value));
      case BOOL -> bytes.write((Boolean) value ? 1 : 0);
      case TEXT -> text((String) value);
      case ARRAY -> throw new IllegalArgumentException("No array of arrays");
    }
  }

  private void text(String text) {
    byte[] content = text.getBytes(StandardCharsets.UTF_8);
    int64(content.length);
    bytes.writeBytes(content);
  }

  private void write(ByteBuffer buffer, short value) {
    bytes.writeBytes(buffer.order(ByteOrder.LITTLE_ENDIAN).putShort(value).array());
  }

  private void int32(int value) {
    bytes.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
  }

  private void int64(long value) {
    bytes.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
  }
}
