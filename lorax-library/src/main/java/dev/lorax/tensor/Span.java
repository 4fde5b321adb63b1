package dev.lorax.tensor;

import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;

/**
 * A stretch of native memory, at most 1 GiB, that Java reads where it lies. It is valid as long as
 * the tensor is open.
 */
public final class Span {
  /** The most bytes of one. */
  static final long MOST = 1 << 30;

  private final ByteBuffer buffer;
  private final Object view;

  private Span(ByteBuffer buffer) {
    this.buffer = buffer;
    this.view = VectorUnit.isSegmented() ? segment(buffer) : buffer;
  }

  /** The bytes of a contiguous tensor from an offset on. */
  static Span of(Tensor tensor, long offset, long bytes) {
    BytePointer start = new BytePointer(tensor.pointer().data_ptr()).getPointer(offset);
    return of(start.capacity(bytes).asByteBuffer());
  }

  /** All bytes of a contiguous tensor. */
  static Span of(Tensor tensor) {
    return of(tensor, 0, tensor.byteCount());
  }

  /** All bytes of a direct buffer. */
  static Span of(ByteBuffer buffer) {
    return new Span(buffer.order(ByteOrder.LITTLE_ENDIAN));
  }

  /** One row of a contiguous tensor: all that its first dimension's index leads to. */
  public static Span of(Tensor tensor, int row) {
    long bytes = tensor.byteCount() / tensor.size(0);
    if (bytes > MOST) {
      throw new IllegalArgumentException(
          "A row of %,d bytes is more than %,d".formatted(bytes, MOST));
    }
    return of(tensor, row * bytes, bytes);
  }

  /** For single numbers, by byte offset. */
  public ByteBuffer buffer() {
    return buffer;
  }

  /** What this Java's vectors are loaded from: the buffer, or a memory segment over it. */
  Object view() {
    return view;
  }

  /** {@code MemorySegment.ofBuffer}, which Java 17 does not have for good yet. */
  private static Object segment(ByteBuffer buffer) {
    try {
      return Class.forName("java.lang.foreign.MemorySegment")
          .getMethod("ofBuffer", Buffer.class)
          .invoke(null, buffer);
    } catch (ReflectiveOperationException missing) {
      throw new IllegalStateException("This Java has vectors but no memory segments", missing);
    }
  }
}
