package dev.lorax.cli.adapter;

import dev.lorax.algebra.Approximated;
import dev.lorax.algebra.RankRule;
import dev.lorax.algebra.Resizing;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.hub.AdapterReading;
import dev.lorax.cli.hub.ModelSource;
import dev.lorax.lora.Adapter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lorax adapter resize}: an adapter of a lower rank. */
@Command(
    name = "resize",
    description = {
      "Cuts an adapter to a lower rank, with the least that can be lost.",
      "",
      "Give a rank, or a rule by which each matrix gets its own, or both: then the rank is the"
          + " most."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Example:",
      "  lorax adapter resize --model models/gpt2 --adapter forum-adapter --rank 4 --out small",
      "  lorax adapter resize --model models/gpt2 --adapter forum-adapter --rule sv_fro=0.95"
          + " --out small"
    })
final class ResizeCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private MakingOptions making;
  @Mixin private AdapterReading reading;

  @Option(
      names = "--adapter",
      required = true,
      paramLabel = "DIR|ORG/NAME",
      description = AdapterReading.FORMATS + ".")
  private ModelSource adapter;

  @Option(names = "--rank", paramLabel = "R", description = "The rank of every matrix.")
  private Integer rank;

  @Option(
      names = "--rule",
      paramLabel = "NAME=NUMBER",
      description =
          "Of sd-scripts: sv_fro=0.95 keeps that share of the norm, sv_cumulative=0.95 of the sum"
              + " of singular values, sv_ratio=20 those above a 20th of the largest.")
  private String rule;

  ResizeCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (rank == null && rule == null) {
      throw Failure.usage("give --rank or --rule: how small shall the adapter be?");
    }
    RankRule wanted = Failure.orUsage(this::rule);
    reading.check(List.of(adapter));
    making.under(adapter);
    making.make(console, base -> resized(base, wanted));
    return ExitCode.OK;
  }

  private RankRule rule() {
    if (rule == null) {
      return RankRule.fixed(rank);
    }
    String[] parts = rule.split("=", 2);
    RankRule named = RankRule.named(parts[0], number(parts));
    return rank == null ? named : named.atMost(rank);
  }

  private double number(String[] parts) {
    try {
      return Double.parseDouble(parts[parts.length - 1]);
    } catch (NumberFormatException none) {
      throw Failure.usage("--rule '%s' has no number: write sv_fro=0.95".formatted(rule));
    }
  }

  private Approximated resized(Checkpoint base, RankRule wanted) {
    try (Adapter read = reading.read(adapter, base)) {
      return Resizing.of(read, wanted);
    }
  }
}
