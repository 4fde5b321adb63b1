package dev.lorax.checkpoint;

import static dev.lorax.checkpoint.CheckpointException.quote;

import dev.lorax.checkpoint.HeaderParser.Entry;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A safetensors file, open for reading: its tensors are views of the file, mapped into memory.
 *
 * <p><b>Who owns what.</b> This object owns one mapping of the file. Every tensor that {@link
 * #find} or {@link #get} hands out is a new handle on that mapping; it belongs to the caller, who
 * closes it, gives it to a {@code Parameters} object, or to a scope with {@link Scope#adopt}. It
 * belongs to no scope by itself, also where one is open. The mapping goes away when this object
 * <em>and</em> all those tensors (and views of them) are closed, in any order.
 *
 * <p><b>What is copied.</b> Nothing; pages are read from disk when touched. The exception is a
 * tensor whose place in the file does not fit its element size, which libtorch cannot address: it
 * is copied. The mapping is private: an operation in place changes what later tensors of this
 * object show, but never the file. A file may be replaced by renaming another over it while it is
 * mapped ({@link AtomicFile} does so); one that is cut short in place crashes its readers.
 *
 * <p>Threads may read at the same time; close it when none does.
 */
public final class Safetensors implements Weights {
  private final Path file;
  private final SafetensorsHeader header;
  private final MappedFile mapping;

  private Safetensors(Path file, SafetensorsHeader header) {
    this.file = file;
    this.header = header;
    this.mapping = MappedFile.open(file, header.fileSize());
  }

  /**
   * Reads and checks the header, and maps the file.
   *
   * @throws CheckpointException if the file is missing, cut, damaged, or holds a type that is not
   *     supported
   */
  public static Safetensors open(Path file) {
    return new Safetensors(file, SafetensorsHeader.read(file));
  }

  /** The file it reads. */
  public Path file() {
    return file;
  }

  /**
   * The strings beside the tensors, such as {@code format} = {@code pt}; empty if there are none.
   */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  /** The names of all tensors, in the order of their offsets. */
  @Override
  public Set<String> names() {
    return header.entries().keySet();
  }

  @Override
  public Optional<TensorInfo> info(String name) {
    return Optional.ofNullable(header.entries().get(name)).map(Entry::info);
  }

  @Override
  public Optional<Tensor> find(String name) {
    return Optional.ofNullable(header.entries().get(name)).map(this::view);
  }

  @Override
  public Tensor get(String name) {
    return find(name).orElseThrow(() -> noTensor(file, name, names()));
  }

  static CheckpointException noTensor(Path file, String name, Set<String> names) {
    String what = "has no tensor %s; it holds %d: %s";
    return new CheckpointException(
        file, what.formatted(quote(name), names.size(), Listing.of(names, 5)));
  }

  private Tensor view(Entry entry) {
    TensorInfo info = entry.info();
    long start = header.dataStart() + entry.begin();
    try (Scope scope = new Scope()) {
      Tensor numbers = mapping.numbers(info.dtype(), start, info.shape().size());
      return scope.release(numbers.view(info.shape().toArray()));
    }
  }

  /** Closes the mapping; tensors that were handed out stay valid. */
  @Override
  public void close() {
    mapping.close();
  }

  /** The file and how many tensors it holds. */
  @Override
  public String toString() {
    return "%s (%d tensors)".formatted(file, names().size());
  }
}
