package dev.lorax.cli.bench;

import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Figures;
import dev.lorax.generate.GenerationBuilder;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lorax bench decode}: token after token, with the key-value cache. */
@Command(
    name = "decode",
    description = {
      "Times greedy decoding, one token of each sequence after the other, with adapters unmerged.",
      "",
      "The limit is the bytes of all matrices, each read once for a token of every sequence, at the"
          + " read bandwidth measured in this process. The cache's bytes and attention count"
          + " nothing."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Example:",
      "  lorax bench decode --config llama/config.json --dtype bf16 --tokens 64"
    })
final class DecodeBench implements Callable<Integer> {
  /** Rounds until Java has compiled what a token runs. */
  private static final int WARM_UP = 3;

  private final Console console;

  @Mixin private BenchOptions options;

  @Mixin private AdapterOptions adapters;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Sequences together (default: ${DEFAULT-VALUE}).")
  private int batch = 1;

  @Option(
      names = "--seq",
      paramLabel = "N",
      description = "Tokens that each sequence begins with (default: ${DEFAULT-VALUE}).")
  private int seq = 16;

  @Option(
      names = "--tokens",
      paramLabel = "N",
      description = "Tokens of each sequence in a round (default: ${DEFAULT-VALUE}).")
  private int tokens = 64;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Rounds that are measured, after three to warm up (default: ${DEFAULT-VALUE}).")
  private int rounds = 7;

  DecodeBench(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    BenchOptions.atLeast(1, batch, "--batch");
    BenchOptions.atLeast(1, seq, "--seq");
    BenchOptions.atLeast(1, tokens, "--tokens");
    BenchOptions.atLeast(1, rounds, "--rounds");
    Machine machine = Machine.here();
    try (Subject subject = options.open()) {
      BenchOptions.checkContext(
          subject, seq + tokens + 1L, "--seq %d with --tokens %d".formatted(seq, tokens));
      try (AdaptedModel model = adapters.on(subject, batch)) {
        new Outcome(console, options.json()).tell(measure(model), machine);
      }
    }
    return ExitCode.OK;
  }

  private Measured measure(AdaptedModel model) {
    Repetition each = repeat(model);
    Work work = Work.of(model.subject());
    String formula = "%s of matrices a token".formatted(Figures.bytes(work.bytes()));
    return new Measured(
        "decode",
        model.subject(),
        batch,
        seq,
        model.adapter(),
        model.count(),
        "token",
        batch,
        each,
        Limit.ofReading(work.bytes(), formula));
  }

  /** A round's time is that of its later tokens: the prompts and the first tokens are not in it. */
  private Repetition repeat(AdaptedModel model) {
    Duration[] taken = new Duration[1];
    GenerationBuilder generation =
        model
            .generation()
            .greedy()
            .maxTokens(1 + tokens)
            .onMeasured(m -> taken[0] = m.decodingTime());
    Prompts prompts = Prompts.of(model.subject(), batch, seq);
    return Repetition.timed(
        WARM_UP,
        rounds,
        i -> {
          model.generate(generation, prompts);
          return taken[0].toNanos() / 1e6 / tokens;
        });
  }
}
