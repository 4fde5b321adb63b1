package dev.lorax.checkpoint;

import dev.lorax.tensor.Tensor;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * Named tensors on disk, whichever way they lie: one file, or shards with an index.
 *
 * <p>Each call of {@link #find} or {@link #get} makes a new tensor that belongs to the caller;
 * {@link Safetensors} says more.
 */
public interface Weights extends AutoCloseable {
  /**
   * The weights of a checkpoint folder: {@code model.safetensors}, or the shards that {@code
   * model.safetensors.index.json} names; without those {@code pytorch_model.bin} or its shards.
   *
   * @throws CheckpointException if they are missing or damaged, or there in another format only
   */
  static Weights open(Path folder) {
    return WeightsFolder.open(folder);
  }

  /**
   * The weights of one file: safetensors if its name ends so, else what PyTorch's {@code
   * torch.save} made of a dictionary of tensors.
   *
   * <p>PyTorch's files are pickles, which may ask for any function to be run. Here nothing is run:
   * a file that asks for more than tensors is refused.
   *
   * @throws CheckpointException if it is missing or damaged, or asks for more than tensors
   */
  static Weights openFile(Path file) {
    return file.toString().endsWith(".safetensors") ? Safetensors.open(file) : TorchFile.open(file);
  }

  /** The names of all tensors, in the order in which they lie on disk. */
  Set<String> names();

  /** Type and shape of a tensor, if there is one of that name. */
  Optional<TensorInfo> info(String name);

  /** The tensor of that name, if there is one. The caller closes it. */
  Optional<Tensor> find(String name);

  /**
   * The tensor of that name. The caller closes it.
   *
   * @throws CheckpointException if there is none
   */
  Tensor get(String name);

  /** Lets go of the files. Tensors that were handed out stay valid. */
  @Override
  void close();
}
