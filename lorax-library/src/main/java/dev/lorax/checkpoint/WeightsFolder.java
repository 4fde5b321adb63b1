package dev.lorax.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Finds the weights of a checkpoint folder, or says what would have to be there. */
final class WeightsFolder {
  private static final String SINGLE = "model.safetensors";
  private static final List<String> PICKLED =
      List.of("pytorch_model.bin", "pytorch_model.bin.index.json");

  private WeightsFolder() {}

  static Weights open(Path folder) {
    if (!Files.exists(folder)) {
      throw new CheckpointException(folder, "no such folder: check the path");
    }
    if (!Files.isDirectory(folder)) {
      throw new CheckpointException(folder, "is a file: name the checkpoint folder that holds it");
    }
    if (isThere(folder, SINGLE)) { // before the index, as transformers does
      return Safetensors.open(folder.resolve(SINGLE));
    }
    if (isThere(folder, ShardedSafetensors.INDEX)) {
      return ShardedSafetensors.open(folder.resolve(ShardedSafetensors.INDEX));
    }
    throw nothing(folder);
  }

  /** A link whose target is missing is there too: opening it gives the better message. */
  private static boolean isThere(Path folder, String name) {
    Path file = folder.resolve(name);
    return Files.exists(file) || Files.isSymbolicLink(file);
  }

  private static CheckpointException nothing(Path folder) {
    if (PICKLED.stream().anyMatch(name -> isThere(folder, name))) {
      String what =
          "holds its weights as pytorch_model.bin only, which can run code when it is read;"
              + " convert it in Python: from transformers import AutoModelForCausalLM as M;"
              + " M.from_pretrained('%1$s').save_pretrained('%1$s', safe_serialization=True)";
      return new CheckpointException(folder, what.formatted(folder));
    }
    String what = "holds no weights: expected %s, or %s with the files that it names%s";
    return new CheckpointException(
        folder, what.formatted(SINGLE, ShardedSafetensors.INDEX, others(folder)));
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
