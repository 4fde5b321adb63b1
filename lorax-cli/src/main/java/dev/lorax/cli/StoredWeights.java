package dev.lorax.cli;

import dev.lorax.checkpoint.BitsAndBytes;
import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.checkpoint.TensorInfo;
import dev.lorax.checkpoint.Weights;
import dev.lorax.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How a checkpoint folder stores its weights.
 *
 * @param bytes by element type, of those that are no part of a quantised matrix
 * @param quantised bytes of the matrices that bitsandbytes quantised
 * @param files names of the weight files
 */
record StoredWeights(Map<DType, Long> bytes, long quantised, List<String> files) {
  static StoredWeights of(Path folder) {
    try (Weights weights = Weights.open(folder);
        Stream<Path> content = Files.list(folder)) {
      Map<DType, Long> bytes = new EnumMap<>(DType.class);
      Set<String> parts = BitsAndBytes.names(weights);
      long quantised = 0;
      for (String name : weights.names()) {
        TensorInfo info = weights.info(name).orElseThrow();
        if (parts.contains(name)) {
          quantised += info.bytes();
        } else {
          bytes.merge(info.dtype(), info.bytes(), Long::sum);
        }
      }
      List<String> files =
          content
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".safetensors"))
              .sorted()
              .toList();
      return new StoredWeights(bytes, quantised, files);
    } catch (IOException failed) {
      throw new CheckpointException(folder, "cannot be read: " + failed.getMessage(), failed);
    }
  }

  /** The types of floating-point weights. */
  Set<DType> types() {
    return bytes.keySet().stream().filter(DType::isFloating).collect(Collectors.toSet());
  }

  /** The type of most floating-point weights. */
  DType main() {
    return bytes.entrySet().stream()
        .filter(entry -> entry.getKey().isFloating())
        .max(Comparator.comparingLong(Map.Entry::getValue))
        .map(Map.Entry::getKey)
        .orElse(DType.F32);
  }

  long total() {
    return quantised + bytes.values().stream().mapToLong(value -> value).sum();
  }
}
