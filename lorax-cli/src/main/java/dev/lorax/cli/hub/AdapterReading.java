package dev.lorax.cli.hub;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.cli.console.Failure;
import dev.lorax.lora.Adapter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How a command reads adapters, of any format. */
public final class AdapterReading {
  /** What {@code --adapter} takes, for its description. */
  public static final String FORMATS =
      "An adapter: a folder of PEFT or mlx-lm, a .gguf or .lorax file, or one on the hub";

  @Option(
      names = "--adapter-alpha",
      paramLabel = "ALPHA",
      description =
          "Of an adapter that is a .lorax file of the Elixir package: the alpha of its training,"
              + " which the file does not say.")
  private Double alpha;

  /**
   * Checks, before a model is opened, that the option serves one of those adapters.
   *
   * @throws Failure if it would do nothing
   */
  public void check(List<ModelSource> adapters) {
    if (alpha != null
        && adapters.stream()
            .noneMatch(one -> AdapterFormat.of(Path.of(one.text())) == AdapterFormat.LORAX)) {
      throw Failure.usage(
          "--adapter-alpha would do nothing: no adapter given is a .lorax file, and others say their"
              + " own alpha; leave it out");
    }
  }

  /**
   * Reads an adapter for an open model.
   *
   * @throws Failure if it cannot be read or does not fit, or the option is missing
   */
  public Adapter read(ModelSource source, Checkpoint base) {
    return read(source.folder(), base);
  }

  Adapter read(Path place, Checkpoint base) {
    AdapterFormat format = AdapterFormat.of(place);
    if (format == AdapterFormat.LORAX && alpha == null) {
      throw Failure.usage(
          "%s does not say its alpha: give that of its training as --adapter-alpha (the Elixir"
                  .formatted(place)
              + " package's default is 2)");
    }
    ClassifierAdapter.requireSameClasses(place, base);
    Adapter adapter = Failure.orFail(() -> format.read(place, base, Optional.ofNullable(alpha)));
    ClassifierAdapter.requireHead(adapter, place, base);
    return adapter;
  }
}
