package dev.lorax.cli.training;

import dev.lorax.cli.console.Failure;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Targets;
import dev.lorax.spelling.EditDistance;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Option;

/** What is adapted, and how; on the command line, options of those names. */
public final class LoraOptions {
  private static final String ALL = "all-linear";
  private static final int MOST_TYPOS = 2;

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
            targets.forEach(this::requireMeant);
            boolean all = targets.equals(List.of(ALL));
            builder.targets(
                all ? Targets.allLinear() : Targets.named(targets.toArray(String[]::new)));
          }
          return builder.build();
        });
  }

  /** All-linear is the name of no node, so that the model could not tell what was meant. */
  private void requireMeant(String target) {
    int typos = EditDistance.between(target.toLowerCase(Locale.ROOT), ALL);
    if (typos > 0 && typos <= MOST_TYPOS) {
      throw Failure.usage("--targets %s: did you mean %s?".formatted(target, ALL));
    }
    if (typos == 0 && targets.size() > 1) {
      throw Failure.usage("--targets %s stands alone: leave out the other names".formatted(ALL));
    }
  }

  private double numerator() {
    return alpha == null ? 2.0 * rank : alpha;
  }
}
