package dev.lorax.cli.hub;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.cli.console.Failure;
import dev.lorax.lora.Adapter;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How a command reads adapters, of any format. */
public final class AdapterReading {
  @Option(
      names = "--adapter-alpha",
      paramLabel = "ALPHA",
      description =
          "Of an adapter that is a .lorax file of the Elixir package: the alpha of its training,"
              + " which the file does not say.")
  private Double alpha;

  /**
   * Reads an adapter for an open model.
   *
   * @throws Failure if it cannot be read or does not fit, or the option is missing or idle
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
    if (format != AdapterFormat.LORAX && alpha != null) {
      throw Failure.usage(
          "--adapter-alpha would do nothing: %s says its own alpha; leave it out".formatted(place));
    }
    ClassifierAdapter.requireSameClasses(place, base);
    Adapter adapter = Failure.orFail(() -> format.read(place, base, Optional.ofNullable(alpha)));
    ClassifierAdapter.requireHead(adapter, place, base);
    return adapter;
  }
}
