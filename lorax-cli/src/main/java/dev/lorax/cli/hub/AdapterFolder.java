package dev.lorax.cli.hub;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.classify.ClassNames;
import dev.lorax.classify.ClassifierFolder;
import dev.lorax.cli.console.Failure;
import dev.lorax.lora.Adapter;
import dev.lorax.mlx.MlxFolder;
import dev.lorax.model.Classifier;
import dev.lorax.peft.PeftFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** An adapter's folder in any format that is read. */
public final class AdapterFolder {
  private AdapterFolder() {}

  /**
   * Reads it for a base, whose classes must be the adapter's if it chooses any.
   *
   * @throws dev.lorax.checkpoint.CheckpointException if it cannot be read or does not fit
   */
  public static Adapter read(Path folder, Checkpoint base) {
    if (base.architecture() instanceof Classifier classifier) {
      requireSame(folder, base.folder(), classifier.labels());
    }
    Adapter adapter =
        Failure.orFail(
            () ->
                MlxFolder.is(folder)
                    ? MlxFolder.read(folder, base)
                    : PeftFolder.read(folder, base));
    List<String> random =
        ClassifierFolder.drawn(base).stream()
            .filter(node -> !adapter.copies().contains(node + ".weight"))
            .toList();
    if (!random.isEmpty()) {
      adapter.close();
      throw Failure.of(
          "neither %s nor the adapter %s has values for %s: give the model that it was trained on"
              .formatted(base.folder(), folder, String.join(", ", random)));
    }
    return adapter;
  }

  private static void requireSame(Path adapter, Path model, List<String> classes) {
    Optional<List<String>> own = ClassNames.named(adapter);
    if (own.isPresent() && !own.get().equals(classes)) {
      throw Failure.of(
          "the adapter %s chooses between %s, but %s between %s: give the model that it was trained on"
              .formatted(adapter, String.join(", ", own.get()), model, String.join(", ", classes)));
    }
  }
}
