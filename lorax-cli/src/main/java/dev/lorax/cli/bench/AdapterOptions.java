package dev.lorax.cli.bench;

import dev.lorax.cli.console.Failure;
import dev.lorax.cli.training.LoraOptions;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Which adapters a model runs with. */
final class AdapterOptions {
  @Option(
      names = "--adapters",
      paramLabel = "N",
      description =
          "Adapters, not merged: 0 for the base alone, 1 for one that all sequences share, more"
              + " for a sequence to each in turn (default: ${DEFAULT-VALUE}).")
  private int count = 1;

  @ArgGroup(exclusive = false, validate = false, heading = "%nWhat is adapted:%n")
  private LoraOptions lora = new LoraOptions();

  /**
   * The model with its adapters.
   *
   * @throws Failure if there cannot be as many for that batch
   */
  AdaptedModel on(Subject subject, int batch) {
    BenchOptions.atLeast(0, count, "--adapters");
    if (count > Math.max(1, batch)) {
      throw Failure.usage(
          "--adapters %d: a batch of %d has no sequence for each; raise --batch, or give fewer"
              .formatted(count, batch));
    }
    return AdaptedModel.of(subject, lora.config(), count);
  }
}
