package dev.lorax.checkpoint;

import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A file of PyTorch's {@code torch.save}, such as {@code pytorch_model.bin}, read without running
 * anything that it asks for.
 *
 * <p>Tensors are views of the mapped file, and belong to the caller, as {@link Safetensors}
 * explains. Those that do not lie in row order, and those whose place does not fit their element
 * size, as most do in files from before PyTorch 1.6, are copied.
 */
final class TorchFile implements Weights {
  private final Path file;
  private final Map<String, StoredTensor> tensors;
  private final Map<String, Long> starts;
  private final MappedFile mapping;

  private TorchFile(Path file, TorchReader.Layout layout) {
    this.file = file;
    this.starts = layout.starts();
    this.tensors = inOrder(layout.tensors());
    this.mapping = MappedFile.open(file, layout.fileSize());
  }

  /**
   * Reads what the file holds, and maps it.
   *
   * @throws CheckpointException if the file is missing, cut, damaged, or asks for anything but
   *     tensors
   */
  static TorchFile open(Path file) {
    SafetensorsHeader.requireFile(file, "file of PyTorch");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return new TorchFile(file, new TorchReader(file, channel).read());
    } catch (IOException failure) {
      throw new CheckpointException(file, "cannot be read (%s)".formatted(failure), failure);
    }
  }

  private Map<String, StoredTensor> inOrder(Map<String, StoredTensor> unsorted) {
    Map<String, StoredTensor> sorted = new LinkedHashMap<>();
    unsorted.entrySet().stream()
        .sorted(Comparator.comparingLong(entry -> start(entry.getValue())))
        .forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
    return Collections.unmodifiableMap(sorted);
  }

  private long start(StoredTensor tensor) {
    long start = starts.get(tensor.storage().key());
    return tensor.isEmpty() ? start : start + tensor.offset() * tensor.storage().type().bytes();
  }

  @Override
  public Set<String> names() {
    return tensors.keySet();
  }

  @Override
  public Optional<TensorInfo> info(String name) {
    return Optional.ofNullable(tensors.get(name)).map(StoredTensor::info);
  }

  @Override
  public Optional<Tensor> find(String name) {
    return Optional.ofNullable(tensors.get(name)).map(this::read);
  }

  @Override
  public Tensor get(String name) {
    return find(name).orElseThrow(() -> Safetensors.noTensor(file, name, names()));
  }

  private Tensor read(StoredTensor tensor) {
    long[] shape = tensor.shape().toArray();
    try (Scope scope = new Scope()) {
      Tensor span = mapping.numbers(tensor.storage().type(), start(tensor), tensor.span());
      boolean rows = tensor.isEmpty() || tensor.isContiguous();
      return scope.release(
          rows ? span.view(shape) : span.strided(shape, tensor.steps()).contiguous());
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
