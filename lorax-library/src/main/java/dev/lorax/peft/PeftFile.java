package dev.lorax.peft;

import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.checkpoint.TensorInfo;
import dev.lorax.checkpoint.Weights;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * An adapter's tensors while they are read: what has been asked for, and what was wrong with it.
 */
final class PeftFile {
  private static final String PREFIX = "base_model.model.";

  private final Weights tensors;
  private final Set<String> leftOver;
  private final List<String> faults = new ArrayList<>();

  PeftFile(Weights tensors) {
    this.tensors = tensors;
    leftOver = new LinkedHashSet<>(tensors.names());
  }

  /** The key of a tensor of a module: {@code suffix} begins with a dot. */
  static String key(String module, String suffix) {
    return PREFIX + module + suffix;
  }

  /** The name of a key in the checkpoint's terms, if it has the usual beginning. */
  static Optional<String> name(String key) {
    return key.startsWith(PREFIX) ? Optional.of(key.substring(PREFIX.length())) : Optional.empty();
  }

  boolean has(String key) {
    return tensors.names().contains(key);
  }

  /** The keys that nobody has asked for yet. */
  List<String> leftOver() {
    return List.copyOf(leftOver);
  }

  /** A key that says what another says. */
  void passOver(String key) {
    leftOver.remove(key);
  }

  /** Asks for a tensor. */
  void check(String key, Shape wanted) {
    leftOver.remove(key);
    Optional<TensorInfo> found = tensors.info(key);
    if (found.isEmpty()) {
      fault(key + " is missing");
    } else if (!found.get().shape().equals(wanted)) {
      fault("%s is %s instead of %s".formatted(key, found.get().shape(), wanted));
    } else if (!found.get().dtype().isFloating()) {
      fault("%s has type %s".formatted(key, found.get().dtype()));
    }
  }

  void fault(String fault) {
    faults.add(fault);
  }

  /** Throws if anything was wrong, or is left over. */
  void requireFit(Path folder) {
    if (faults.isEmpty() && tensors.names().isEmpty()) {
      fault("it holds no tensor");
    }
    leftOver.forEach(key -> fault(key + " is left over"));
    if (!faults.isEmpty()) {
      throw new CheckpointException(
          folder,
          "the adapter does not fit this base model: %s".formatted(String.join("; ", faults)));
    }
  }

  /** A tensor in float32, in the scope. */
  Tensor get(String key, Scope scope) {
    return scope.adopt(tensors.get(key)).to(DType.F32);
  }
}
