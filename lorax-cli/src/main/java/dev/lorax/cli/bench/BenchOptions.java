package dev.lorax.cli.bench;

import dev.lorax.cli.console.Failure;
import dev.lorax.cli.hub.ModelSource;
import dev.lorax.cli.training.ThreadChoice;
import dev.lorax.tensor.Engine;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What all benchmarks share: the model, its type, threads and the form of the result. */
final class BenchOptions {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "A Hugging Face config.json: a model of that shape is made in memory, with random"
              + " weights.")
  private Path config;

  @Option(
      names = "--model",
      paramLabel = "DIR|ORG/NAME",
      description = "A checkpoint folder, or a model on the hub, instead of --config.")
  private ModelSource model;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description =
          "What the base's weights are kept in: ${COMPLETION-CANDIDATES} (default: f32, or as the"
              + " checkpoint stores them).",
      completionCandidates = Types.class)
  private String type;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Processor threads (default: one a core).")
  private Integer threads;

  @Option(names = "--json", description = "Print all figures as one JSON object.")
  private boolean json;

  /** The names of the types, for the help. */
  static final class Types implements Iterable<String> {
    @Override
    public java.util.Iterator<String> iterator() {
      return java.util.Arrays.stream(WeightType.values()).map(WeightType::toString).iterator();
    }
  }

  /** Sets the threads and opens the model. */
  Subject open() {
    if ((config == null) == (model == null)) {
      throw Failure.usage("give either --config FILE, for random weights, or --model DIR");
    }
    Optional<WeightType> wanted = Optional.ofNullable(type).map(WeightType::parse);
    int count = ThreadChoice.here(threads).count();
    Failure.orUsage(
        () -> {
          Engine.threads(count);
          return count;
        });
    return model == null
        ? Subject.ofShape(config, wanted.orElse(WeightType.F32))
        : Subject.ofFolder(model.folder(), wanted);
  }

  boolean json() {
    return json;
  }

  /**
   * A count from the command line.
   *
   * @throws Failure if it is below the least
   */
  static int atLeast(int least, int value, String option) {
    if (value < least) {
      throw Failure.usage("%s must be at least %d, not %d".formatted(option, least, value));
    }
    return value;
  }

  /**
   * Checks that sequences fit the model.
   *
   * @throws Failure if they do not
   */
  static void checkContext(Subject subject, long positions, String what) {
    int context = subject.architecture().context();
    if (positions > context) {
      throw Failure.usage(
          "%s needs %d positions, but the model's context holds %d: lower it"
              .formatted(what, positions, context));
    }
  }
}
