package dev.lorax.cli.adapter;

import dev.lorax.algebra.Approximated;
import dev.lorax.algebra.Difference;
import dev.lorax.algebra.DifferenceOptions;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.hub.ModelSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lorax adapter difference}: an adapter out of two models. */
@Command(
    name = "difference",
    description = {
      "Makes an adapter that turns one model into another, nearly.",
      "",
      "Of each matrix's difference the best product of a rank is taken, and what it loses is told."
          + " What differs beside matrices is told, or copied."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Example:",
      "  lorax adapter difference --model models/gpt2 --tuned models/forum-gpt2 --rank 16"
          + " --out forum-adapter"
    })
final class DifferenceCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private MakingOptions making;

  @Option(
      names = "--tuned",
      required = true,
      paramLabel = "DIR|ORG/NAME",
      description = "A model of the same shape, a folder or one on the hub: what is to be had.")
  private ModelSource tuned;

  @Option(
      names = "--rank",
      required = true,
      paramLabel = "R",
      description = "Of each matrix's change.")
  private int rank;

  @Option(
      names = "--copies",
      description = "Keep norms and biases that differ as copies in the adapter.")
  private boolean copies;

  @Mixin private DecompositionOptions decomposition;

  DifferenceCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    DifferenceOptions options =
        Failure.orUsage(
            () -> new DifferenceOptions(rank, decomposition.decomposition(), node -> true, copies));
    making.make(console, base -> difference(base, options));
    return ExitCode.OK;
  }

  private Approximated difference(Checkpoint base, DifferenceOptions options) {
    try (Checkpoint other = Checkpoint.open(tuned.folder())) {
      return Difference.of(base, other, options);
    }
  }
}
