package dev.lorax.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Finds the weights of a checkpoint folder, or says what would have to be there. */
final class WeightsFolder {
  private static final List<String> SINGLE = List.of("model.safetensors", "pytorch_model.bin");
  private static final String INDEX = ".index.json";

  private WeightsFolder() {}

  static Weights open(Path folder) {
    if (!Files.exists(folder)) {
      throw new CheckpointException(folder, "no such folder: check the path");
    }
    if (!Files.isDirectory(folder)) {
      throw new CheckpointException(folder, "is a file: name the checkpoint folder that holds it");
    }
    for (String name : SINGLE) { // a single file before an index, as transformers does
      if (isThere(folder, name)) {
        return Weights.openFile(folder.resolve(name));
      }
      if (isThere(folder, name + INDEX)) {
        return ShardedWeights.open(folder.resolve(name + INDEX));
      }
    }
    String what = "holds no weights: expected %s, or %s with the files that it names%s";
    throw new CheckpointException(
        folder, what.formatted(SINGLE.get(0), SINGLE.get(0) + INDEX, others(folder)));
  }

  /** A link whose target is missing is there too: opening it gives the better message. */
  private static boolean isThere(Path folder, String name) {
    Path file = folder.resolve(name);
    return Files.exists(file) || Files.isSymbolicLink(file);
  }

  private static String others(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      List<String> names =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".safetensors"))
              .sorted()
              .toList();
      return names.isEmpty() ? "" : "; it holds " + Listing.of(names, 5);
    } catch (IOException unreadable) {
      return "";
    }
  }
}
