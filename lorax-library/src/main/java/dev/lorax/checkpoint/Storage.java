package dev.lorax.checkpoint;

import dev.lorax.tensor.DType;
import java.util.List;

/**
 * A row of numbers that tensors of a PyTorch file are views of.
 *
 * @param key its name in the file
 * @param type of its elements
 * @param elements how many it has
 */
record Storage(String key, DType type, long elements) {
  /** From what a pickle says in place of the numbers. */
  static Storage of(Object description, PickleInput in) {
    if (!(description instanceof List<?> parts
        && parts.size() >= 5
        && "storage".equals(parts.get(0))
        && parts.get(1) instanceof DType type
        && parts.get(2) instanceof String key
        && parts.get(4) instanceof Long elements
        && elements >= 0
        && elements <= Long.MAX_VALUE / Double.BYTES)) {
      throw in.fault("refers to something else than a storage");
    }
    if (parts.size() > 5 && parts.get(5) != null) {
      throw in.refusal(
          "has views of storages as PyTorch before 0.4 wrote them: save it again with a newer one");
    }
    return new Storage(key, type, elements);
  }

  long bytes() {
    return elements * type.bytes();
  }
}
