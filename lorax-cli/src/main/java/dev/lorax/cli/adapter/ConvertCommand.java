package dev.lorax.cli.adapter;

import dev.lorax.algebra.Approximated;
import dev.lorax.algebra.Conversion;
import dev.lorax.algebra.RankRule;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.hub.AdapterReading;
import dev.lorax.cli.hub.ModelSource;
import dev.lorax.lora.Adapter;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lorax adapter convert}: any adapter as plain LoRA. */
@Command(
    name = "convert",
    description = {
      "Makes plain LoRA of an adapter of another form, such as DoRA.",
      "",
      "What is a plain product already is kept exactly. Of anything else the best product of a rank"
          + " is taken, and what it loses is told, matrix by matrix."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Example:",
      "  lorax adapter convert --model models/gpt2 --adapter dora-adapter --rank 32 --out plain"
    })
final class ConvertCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private MakingOptions making;
  @Mixin private AdapterReading reading;

  @Option(
      names = "--adapter",
      required = true,
      paramLabel = "DIR|ORG/NAME",
      description = AdapterReading.FORMATS + ".")
  private ModelSource adapter;

  @Option(
      names = "--rank",
      paramLabel = "R",
      description = "Of what is no plain product (default: twice the adapter's).")
  private Integer rank;

  @Mixin private DecompositionOptions decomposition;

  ConvertCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (rank != null) {
      Failure.orUsage(() -> RankRule.fixed(rank));
    }
    reading.check(List.of(adapter));
    making.under(adapter);
    making.make(console, this::converted);
    return ExitCode.OK;
  }

  private Approximated converted(Checkpoint base) {
    OptionalInt wanted = rank == null ? OptionalInt.empty() : OptionalInt.of(rank);
    try (Adapter read = reading.read(adapter, base)) {
      return Conversion.of(base, read, wanted, decomposition.decomposition());
    }
  }
}
