package dev.lorax.checkpoint;

import static dev.lorax.checkpoint.CheckpointException.quote;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds the tensors in what a pickle describes: a dictionary, or one in a dictionary. */
final class StateDictionary {
  /** Where training scripts put the weights that they save beside other things. */
  private static final List<String> WRAPPERS = List.of("state_dict", "model_state_dict", "model");

  private StateDictionary() {}

  static Map<String, StoredTensor> of(Path file, Object root) {
    if (!(root instanceof Map<?, ?> top)) {
      throw new CheckpointException(
          file, "holds %s, no dictionary of tensors: save a state_dict()".formatted(kind(root)));
    }
    if (top.values().stream().anyMatch(StoredTensor.class::isInstance)) {
      return tensors(file, top);
    }
    List<String> wrappers = WRAPPERS.stream().filter(key -> top.get(key) instanceof Map).toList();
    return wrappers.size() == 1
        ? tensors(file, (Map<?, ?>) top.get(wrappers.get(0)))
        : tensors(file, top);
  }

  private static Map<String, StoredTensor> tensors(Path file, Map<?, ?> dictionary) {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    dictionary.forEach(
        (key, value) -> {
          if (!(key instanceof String name && value instanceof StoredTensor tensor)) {
            String what = "holds %s at %s, where only tensors are read: save a state_dict() alone";
            throw new CheckpointException(
                file, what.formatted(kind(value), quote(String.valueOf(key))));
          }
          tensors.put(name, tensor);
        });
    return tensors;
  }

  /** What a value is, never what is in it: it may be endless. */
  private static String kind(Object value) {
    if (value instanceof Map) {
      return "a dictionary";
    }
    if (value instanceof List) {
      return "a list";
    }
    if (value instanceof StoredTensor) {
      return "a tensor";
    }
    return value == null || value instanceof String || value instanceof Number
        ? "the value " + quote(String.valueOf(value))
        : "something else";
  }
}
