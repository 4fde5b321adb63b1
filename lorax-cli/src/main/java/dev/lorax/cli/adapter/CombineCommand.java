package dev.lorax.cli.adapter;

import dev.lorax.algebra.Approximated;
import dev.lorax.algebra.Combination;
import dev.lorax.algebra.CombinationOptions;
import dev.lorax.algebra.MajoritySign;
import dev.lorax.algebra.Weighted;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.hub.AdapterReading;
import dev.lorax.cli.hub.ModelSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lorax adapter combine}: several adapters as one. */
@Command(
    name = "combine",
    description = {
      "Makes one adapter of several, each times a weight of any sign.",
      "",
      "The arithmetic is that of PEFT's add_weighted_adapter. cat is the exact sum; svd the best"
          + " sum of a rank; the others mix numbers, and need adapters of one rank unless they end"
          + " in _svd."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Example:",
      "  lorax adapter combine --model models/gpt2 --adapter poet --adapter cook --weights 0.7,-0.4"
          + " --out both",
      "  lorax adapter combine --model models/gpt2 --adapter poet --adapter cook --type ties"
          + " --density 0.5 --out both"
    })
final class CombineCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private MakingOptions making;
  @Mixin private AdapterReading reading;

  @Option(
      names = "--adapter",
      required = true,
      paramLabel = "DIR|ORG/NAME",
      description = AdapterReading.FORMATS + ". Give it once for each.")
  private List<ModelSource> adapters = new ArrayList<>();

  @Option(
      names = "--weights",
      split = ",",
      paramLabel = "NUMBER",
      description =
          "One for each adapter, in their order; negative ones too (default: 1 for each).")
  private List<Double> weights = new ArrayList<>();

  @Option(
      names = "--type",
      paramLabel = "NAME",
      description =
          "linear, cat, svd, ties, ties_svd, dare_linear, dare_linear_svd, dare_ties,"
              + " dare_ties_svd, magnitude_prune or magnitude_prune_svd (default:"
              + " ${DEFAULT-VALUE}).")
  private String type = "cat";

  @Option(
      names = "--density",
      paramLabel = "SHARE",
      description = "Of the numbers that ties, dare and magnitude_prune keep, above 0, at most 1.")
  private Double density;

  @Option(
      names = "--majority",
      paramLabel = "NAME",
      description = "How ties elects signs: total or frequency (default: total).")
  private String majority;

  @Option(
      names = "--rank",
      paramLabel = "R",
      description = "Of what an svd leaves (default: the largest of the adapters').")
  private Integer rank;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "For what dare draws (default: ${DEFAULT-VALUE}).")
  private long seed;

  CombineCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (!weights.isEmpty() && weights.size() != adapters.size()) {
      throw Failure.usage(
          "--weights gives %d numbers for %d adapters: give one for each"
              .formatted(weights.size(), adapters.size()));
    }
    Combination combination = Failure.orUsage(() -> Combination.named(type, options()));
    reading.check(adapters);
    making.under(adapters.get(0));
    making.make(console, base -> combined(combination, base));
    return ExitCode.OK;
  }

  private CombinationOptions options() {
    return new CombinationOptions(
        density == null ? OptionalDouble.empty() : OptionalDouble.of(density),
        Optional.ofNullable(majority).map(CombineCommand::majority),
        rank == null ? OptionalInt.empty() : OptionalInt.of(rank));
  }

  private static MajoritySign majority(String name) {
    return Arrays.stream(MajoritySign.values())
        .filter(sign -> sign.toString().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "--majority '%s' is none of total, frequency".formatted(name)));
  }

  private Approximated combined(Combination combination, Checkpoint base) {
    List<Weighted> members = new ArrayList<>();
    try {
      for (ModelSource source : adapters) {
        double weight = weights.isEmpty() ? 1 : weights.get(members.size());
        members.add(new Weighted(source.name(), reading.read(source, base), weight));
      }
      return new Approximated(combination.of(members, seed), List.of(), List.of());
    } finally {
      members.forEach(member -> member.adapter().close());
    }
  }
}
