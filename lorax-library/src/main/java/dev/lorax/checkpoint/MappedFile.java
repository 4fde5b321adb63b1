package dev.lorax.checkpoint;

import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.nio.file.Path;

/** A file's bytes, mapped into memory, whose parts are handed out as numbers. */
final class MappedFile implements AutoCloseable {
  private final Path file;
  private final Tensor bytes; // [bytes of the file], uint8
  private boolean closed;

  private MappedFile(Path file, Tensor bytes) {
    this.file = file;
    this.bytes = bytes;
  }

  static MappedFile open(Path file, long size) {
    try (Scope scope = new Scope()) {
      return new MappedFile(file, scope.release(Tensor.map(file, size)));
    } catch (RuntimeException failure) {
      String what = "cannot be mapped into memory (%s)".formatted(failure.getMessage());
      throw new CheckpointException(file, what, failure);
    }
  }

  /**
   * The numbers from byte {@code start} on, one-dimensional, in the caller's scope: a view, or a
   * copy where {@code start} does not fit their size, which libtorch cannot address.
   */
  Tensor numbers(DType type, long start, long count) {
    if (closed) {
      throw new IllegalStateException("Closed: " + file);
    }
    Tensor part = bytes.narrow(0, start, count * type.bytes());
    Tensor aligned = start % type.bytes() == 0 ? part : part.copy();
    return aligned.viewAs(type);
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      bytes.close();
    }
  }
}
