package dev.lorax.cli;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.cli.hub.ModelSource;
import java.util.List;
import picocli.CommandLine.Option;

/** Which model generates or is measured, and in what its weights are kept. */
final class TextModelOptions extends ModelOptions {
  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description =
          "Of the model's weights: f32, bf16, or quantised to int8, int4 or nf4 (default: as"
              + " stored).")
  private String type;

  /** Opens it for adapters, the first of which counts where they were trained on different ones. */
  Checkpoint openFor(List<ModelSource> adapters) {
    adapters.stream().findFirst().ifPresent(this::under);
    return open(type);
  }
}
