package dev.lorax.cli;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.classify.ClassifierFolder;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.hub.AdapterReading;
import dev.lorax.cli.hub.ClassifierAdapter;
import dev.lorax.cli.hub.ModelSource;
import dev.lorax.cli.hub.OpenAdapters;
import dev.lorax.model.Classifier;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Precision;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine.Option;

/** Which model a command works on. */
class ModelOptions {
  private static final Set<DType> PLAIN = Set.of(DType.F32, DType.BF16);

  @Option(
      names = "--model",
      required = true,
      paramLabel = "DIR|ORG/NAME",
      description =
          "Checkpoint folder (config.json, *.safetensors, tokenizer.json), or a model on the Hugging"
              + " Face hub, with @REVISION if need be.")
  private ModelSource source;

  /** The adapter for whose classes an encoder gets a head; null: none. */
  private ModelSource trained;

  /** The folder, after a download if it is one of the hub's. */
  Path folder() {
    return source.folder();
  }

  /**
   * Takes the model at the revision that an adapter was trained on, unless one was given; if it is
   * an encoder, for the classes that the adapter chooses.
   */
  void under(ModelSource adapter) {
    source = source.under(adapter);
    trained = adapter;
  }

  /** No adapters yet, over the model while it is open. */
  OpenAdapters adapters(Checkpoint base, AdapterReading reading, Console console) {
    return new OpenAdapters(base, source, reading, console);
  }

  /** Opens it with weights as stored. */
  Checkpoint open() {
    return open(null);
  }

  /**
   * Opens it to be trained: an encoder that chooses no classes gets a head, drawn at random.
   *
   * @param labels the classes, asked for in that case alone
   */
  Checkpoint openToTrain(String type, Supplier<List<String>> labels, long seed) {
    if (!ClassifierFolder.lacksHead(folder())) {
      return open(type);
    }
    DType plain = plain(type);
    return Failure.orFail(() -> ClassifierFolder.open(folder(), labels.get(), seed, plain));
  }

  /** Opens it with weights of a type or quantised, or as stored if none is given. */
  Checkpoint open(String type) {
    if (trained != null && ClassifierFolder.lacksHead(folder())) {
      return ClassifierAdapter.openFor(trained, folder(), plain(type));
    }
    if (type == null) {
      return Checkpoint.open(folder());
    }
    return precision(type)
        .map(bits -> Checkpoint.open(folder(), bits))
        .orElseGet(() -> Checkpoint.open(folder(), type(type, PLAIN)));
  }

  /** The type of an encoder with a new head. */
  private static DType plain(String type) {
    if (precision(type).isPresent()) {
      throw Failure.usage(
          "--dtype %s: an encoder that gets a new head cannot be quantised; give f32 or bf16"
              .formatted(type));
    }
    return type == null ? DType.F32 : type(type, PLAIN);
  }

  /** The quantised form of a name, if it is that of one; the name may be null. */
  static Optional<Precision> precision(String type) {
    return Arrays.stream(Precision.values())
        .filter(bits -> bits.toString().equalsIgnoreCase(type))
        .findFirst();
  }

  /** The type of a name, if it is one of those. */
  static DType type(String name, Set<DType> known) {
    DType type = Failure.orUsage(() -> DType.parse(name));
    if (!known.contains(type)) {
      throw Failure.usage(
          "%s is no type that can be used here: give one of %s"
              .formatted(
                  name,
                  String.join(", ", known.stream().map(ModelOptions::name).sorted().toList())));
    }
    return type;
  }

  /** A model that predicts tokens; one that chooses classes is closed and refused. */
  static Checkpoint writing(Checkpoint base) {
    if (base.architecture() instanceof Classifier classifier) {
      base.close();
      throw Failure.of(
          "%s chooses a class (%s) and predicts no tokens: use 'lorax classify'"
              .formatted(base.folder(), String.join(", ", classifier.labels())));
    }
    return base;
  }

  /** As options spell it: {@code bf16}. */
  static String name(DType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }
}
