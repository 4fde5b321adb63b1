package dev.lorax.gguf;

import static dev.lorax.checkpoint.CheckpointException.quote;

import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A GGUF file, open for reading: metadata, and tensors that are views of the file, mapped into
 * memory.
 *
 * <p>Every tensor that {@link #get} hands out belongs to the caller, who closes it; it stays valid
 * when this object is closed. Tensors of blocks ({@link GgufType#Q8_0}) become float32, which are
 * copies; others are copied only where they lie at a place that does not fit their type.
 */
public final class GgufFile implements AutoCloseable {
  private final Path file;
  private final GgufHeader header;
  private final Tensor mapping; // [bytes of the file], uint8
  private boolean closed;

  private GgufFile(Path file, GgufHeader header, Tensor mapping) {
    this.file = file;
    this.header = header;
    this.mapping = mapping;
  }

  /**
   * Reads and checks everything but the tensors' data, and maps the file.
   *
   * @throws CheckpointException if the file is missing, cut, damaged, or holds a type of tensors
   *     that is not supported (named)
   */
  public static GgufFile open(Path file) {
    GgufHeader header = GgufHeader.read(file);
    try (Scope scope = new Scope()) {
      return new GgufFile(file, header, scope.release(Tensor.map(file, header.fileSize())));
    } catch (RuntimeException failure) {
      String what = "cannot be mapped into memory (%s)".formatted(failure.getMessage());
      throw new CheckpointException(file, what, failure);
    }
  }

  /** The file it reads. */
  public Path file() {
    return file;
  }

  /** Its values by key, in the file's order. */
  public Map<String, GgufValue> metadata() {
    return header.metadata();
  }

  /** A text of the metadata, if there is one of that key. */
  public Optional<String> text(String key) {
    return Optional.ofNullable(metadata().get(key))
        .map(GgufValue::value)
        .filter(String.class::isInstance)
        .map(String.class::cast);
  }

  /** A number of the metadata, if there is one of that key. */
  public OptionalDouble number(String key) {
    GgufValue value = metadata().get(key);
    return value != null && value.value() instanceof Number number
        ? OptionalDouble.of(number.doubleValue())
        : OptionalDouble.empty();
  }

  /** Types and shapes by name, in the file's order. */
  public Map<String, GgufTensor> tensors() {
    return header.tensors();
  }

  /**
   * The tensor of that name: float32, float16 or bfloat16. The caller closes it.
   *
   * @throws CheckpointException if there is none
   */
  public Tensor get(String name) {
    GgufTensor tensor = tensors().get(name);
    if (tensor == null) {
      throw new CheckpointException(
          file, "has no tensor %s; it holds %d".formatted(quote(name), tensors().size()));
    }
    if (closed) {
      throw new IllegalStateException("Closed: " + file);
    }
    long start = header.offsets().get(name);
    try (Scope scope = new Scope()) {
      Tensor bytes = mapping.narrow(0, start, tensor.type().bytes(tensor.shape()));
      return scope.release(values(tensor, bytes, start).view(tensor.shape().toArray()));
    }
  }

  private static Tensor values(GgufTensor tensor, Tensor bytes, long start) {
    if (tensor.type() == GgufType.Q8_0) {
      return Q8Blocks.read(bytes);
    }
    boolean aligned = start % tensor.type().dtype().bytes() == 0;
    return (aligned ? bytes : bytes.copy()).viewAs(tensor.type().dtype());
  }

  /** Closes the mapping; tensors that were handed out stay valid. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      mapping.close();
    }
  }

  /** The file and how many tensors it holds. */
  @Override
  public String toString() {
    return "%s (%d tensors)".formatted(file, tensors().size());
  }
}
