package dev.lorax.cli.hub;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.classify.ClassNames;
import dev.lorax.classify.ClassifierFolder;
import dev.lorax.cli.console.Failure;
import dev.lorax.lora.Adapter;
import dev.lorax.model.Classifier;
import dev.lorax.tensor.DType;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What an adapter of a model that chooses classes brings, and must agree with. */
public final class ClassifierAdapter {
  private ClassifierAdapter() {}

  /**
   * Opens an encoder that chooses no classes with a head for those that an adapter chooses.
   *
   * @throws Failure if the adapter says none, or the encoder cannot be opened
   */
  public static Checkpoint openFor(ModelSource adapter, Path encoder, DType type) {
    Path place = adapter.folder();
    AdapterFormat format = AdapterFormat.of(place);
    if (format != AdapterFormat.PEFT) {
      throw Failure.of(
          "%s has no head that chooses classes, and the adapter %s neither, since the format %s holds"
                  .formatted(encoder, place, format)
              + " none: give an adapter in PEFT's format, or a model with a head");
    }
    return Failure.orFail(
        () -> ClassifierFolder.open(encoder, ClassNames.ofAdapter(place), 0, type));
  }

  /**
   * Checks, before it is read, that an adapter chooses between the model's classes.
   *
   * @throws Failure if it says that it chooses between others
   */
  static void requireSameClasses(Path adapter, Checkpoint base) {
    if (base.architecture() instanceof Classifier classifier) {
      Optional<List<String>> own = ClassNames.named(adapter);
      if (own.isPresent() && !own.get().equals(classifier.labels())) {
        throw Failure.of(
            "the adapter %s chooses between %s, but %s between %s: give the model that it was trained on"
                .formatted(
                    adapter,
                    String.join(", ", own.get()),
                    base.folder(),
                    String.join(", ", classifier.labels())));
      }
    }
  }

  /**
   * Checks that a head drawn at random has got its values from the adapter; closes it if not.
   *
   * @throws Failure if it has not
   */
  static void requireHead(Adapter adapter, Path place, Checkpoint base) {
    List<String> random =
        ClassifierFolder.drawn(base).stream()
            .filter(node -> !adapter.copies().contains(node + ".weight"))
            .toList();
    if (!random.isEmpty()) {
      adapter.close();
      throw Failure.of(
          "neither %s nor the adapter %s has values for %s: give the model that it was trained on"
              .formatted(base.folder(), place, String.join(", ", random)));
    }
  }
}
