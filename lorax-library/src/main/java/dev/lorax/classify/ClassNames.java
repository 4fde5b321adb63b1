package dev.lorax.classify;

import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.checkpoint.Weights;
import dev.lorax.model.Architecture;
import dev.lorax.model.Classifier;
import dev.lorax.model.ModelConfig;
import dev.lorax.peft.PeftFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/** What the classes of a folder are called, in the order of their numbers. */
public final class ClassNames {
  /** What PEFT's files call the last product of a head. */
  private static final Pattern OUTPUT = Pattern.compile(".*\\bclassifier\\.(out_proj\\.)?weight");

  private ClassNames() {}

  /** As the config.json of a checkpoint or an adapter names them; empty if it names none. */
  public static Optional<List<String>> named(Path folder) {
    Path file = folder.resolve("config.json");
    return Files.exists(file) && Architecture.of(ModelConfig.read(file)) instanceof Classifier found
        ? Optional.of(found.labels())
        : Optional.empty();
  }

  /**
   * Those of an adapter with a head: as it names them, or LABEL_0 and so on for one that PEFT
   * wrote, which names none.
   *
   * @throws CheckpointException if it has no head
   */
  public static List<String> ofAdapter(Path folder) {
    return named(folder)
        .orElseGet(
            () ->
                LongStream.range(0, count(folder)).mapToObj(number -> "LABEL_" + number).toList());
  }

  private static long count(Path adapter) {
    try (Weights files = PeftFolder.weights(adapter)) {
      return files.names().stream()
          .filter(name -> OUTPUT.matcher(name).matches())
          .map(name -> files.info(name).orElseThrow().shape().get(0))
          .findFirst()
          .orElseThrow(
              () ->
                  new CheckpointException(
                      adapter, "holds no head that chooses classes (modules_to_save)"));
    }
  }
}
