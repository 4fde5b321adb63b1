package dev.lorax.cli.training;

import dev.lorax.cli.console.Failure;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Targets;
import java.util.List;
import picocli.CommandLine.Option;

/** What is adapted, and how; on the command line, options of those names. */
public final class LoraOptions {
  /** The rank of every adapted matrix. */
  @Option(
      names = "--rank",
      paramLabel = "R",
      description =
          "Rank of the change to each matrix (default: ${DEFAULT-VALUE}, as in PEFT:"
              + " enough for style and format; more for new knowledge).")
  public int rank = 8;

  /** The numerator of the scale; null: twice the rank. */
  @Option(
      names = "--alpha",
      paramLabel = "ALPHA",
      description =
          "The change is scaled by alpha / rank (default: twice the rank, so that the"
              + " learning rate fits whatever the rank).")
  public Double alpha;

  /** The probability of dropping a number of the adapter's input. */
  @Option(
      names = "--dropout",
      paramLabel = "SHARE",
      description =
          "Share of the adapter's input dropped in training (default: ${DEFAULT-VALUE};"
              + " 0.05 to 0.1 helps against learning small texts by heart).")
  public double dropout;

  /** Ends of node names; null: query and value. */
  @Option(
      names = "--targets",
      split = ",",
      paramLabel = "NAME",
      description =
          "Ends of the names of the nodes to adapt, or all-linear (default: query,value,"
              + " as in the LoRA paper; 'lorax inspect --graph before' shows the names).")
  public List<String> targets;

  /**
   * The configuration.
   *
   * @throws Failure if a number is out of range
   */
  public LoraConfig config() {
    return Failure.orUsage(
        () -> {
          LoraConfig.Builder builder =
              LoraConfig.builder().rank(rank).alpha(numerator()).dropout(dropout);
          if (targets != null) {
            boolean all = targets.equals(List.of("all-linear"));
            builder.targets(
                all ? Targets.allLinear() : Targets.named(targets.toArray(String[]::new)));
          }
          return builder.build();
        });
  }

  private double numerator() {
    return alpha == null ? 2.0 * rank : alpha;
  }
}
