package dev.lorax.cli.training;

import dev.lorax.cli.console.Failure;
import dev.lorax.lora.LoraConfig;
import dev.lorax.model.LanguageModel;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ArgGroup;
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
          "Ends of the names of the nodes to adapt, as the graph or the checkpoint has them"
              + " (query or q_proj), all-linear, or peft-default: what PEFT adapts in such a model"
              + " (default: query,value, as in the LoRA paper;"
              + " 'lorax inspect --graph before' shows the names).")
  public List<String> targets;

  /** Ends of node names that are left out; null: none. */
  @Option(
      names = "--exclude",
      split = ",",
      paramLabel = "NAME",
      description = "Ends of names that --targets would name, and that are left alone.")
  public List<String> exclude;

  /** Blocks that are adapted; null: all. */
  @Option(
      names = "--layers",
      paramLabel = "N,M-K",
      description = "Adapt these blocks alone, counted from 0: 0,1 or 8-15.")
  public String layers;

  /** What else an adapter may have. */
  @ArgGroup(exclusive = false, validate = false, heading = "%nHow it is adapted (as in PEFT):%n")
  public FormOptions form = new FormOptions();

  /**
   * The configuration, by the names of the graph alone.
   *
   * @throws Failure if a number is out of range, or choices exclude each other
   */
  public LoraConfig config() {
    return config(Optional.empty());
  }

  /** The configuration for a model, by the names of its checkpoint, too. */
  public LoraConfig config(LanguageModel base) {
    return config(Optional.of(base));
  }

  private LoraConfig config(Optional<LanguageModel> base) {
    return Failure.orUsage(
        () -> {
          ModuleNames names = new ModuleNames(base);
          LoraConfig.Builder builder =
              LoraConfig.builder().rank(rank).alpha(numerator()).dropout(dropout);
          new TargetChoice(targets, exclude, layers).targets(names).ifPresent(builder::targets);
          form.apply(builder, names);
          return builder.build();
        });
  }

  private double numerator() {
    return alpha == null ? 2.0 * rank : alpha;
  }
}
