package dev.lorax.cli.bench;

import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Figures;
import dev.lorax.generate.GenerationBuilder;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lorax bench prefill}: reading prompts up to the first token. */
@Command(
    name = "prefill",
    description = {
      "Times the reading of prompts: one pass that fills the cache and gives the first token.",
      "",
      "The limit is 2 operations for each token and each number of a matrix, the head's for the"
          + " last token alone and nothing for attention, at the rate of products measured in this"
          + " process."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Example:",
      "  lorax bench prefill --config llama/config.json --dtype bf16 --seq 2048"
    })
final class PrefillBench implements Callable<Integer> {
  private final Console console;

  @Mixin private BenchOptions options;

  @Mixin private AdapterOptions adapters;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Prompts together (default: ${DEFAULT-VALUE}).")
  private int batch = 1;

  @Option(
      names = "--seq",
      paramLabel = "N",
      description = "Tokens of a prompt (default: ${DEFAULT-VALUE}).")
  private int seq = 256;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Passes that are measured (default: ${DEFAULT-VALUE}).")
  private int steps = 8;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      description = "Passes before those (default: ${DEFAULT-VALUE}).")
  private int warmup = 2;

  PrefillBench(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    BenchOptions.atLeast(1, batch, "--batch");
    BenchOptions.atLeast(1, seq, "--seq");
    BenchOptions.atLeast(1, steps, "--steps");
    BenchOptions.atLeast(0, warmup, "--warmup");
    Machine machine = Machine.here();
    try (Subject subject = options.open()) {
      BenchOptions.checkContext(subject, seq + 1L, "--seq %d with a token after it".formatted(seq));
      try (AdaptedModel model = adapters.on(subject, batch)) {
        new Outcome(console, options.json()).tell(measure(model), machine);
      }
    }
    return ExitCode.OK;
  }

  private Measured measure(AdaptedModel model) {
    GenerationBuilder generation = model.generation().greedy().maxTokens(1);
    Prompts prompts = Prompts.of(model.subject(), batch, seq);
    Repetition repetition = Repetition.of(warmup, steps, i -> model.generate(generation, prompts));
    long tokens = (long) batch * seq;
    Work work = Work.of(model.subject());
    String formula =
        "2 x %s x tokens, 2 x %s for the head"
            .formatted(Figures.shortCount(work.body()), Figures.shortCount(work.head()));
    Limit limit =
        Limit.ofProducts(model.subject().type(), work.inferenceFlop(tokens, batch), formula);
    return new Measured(
        "prefill",
        model.subject(),
        batch,
        seq,
        model.adapter(),
        model.count(),
        "prompt",
        tokens,
        repetition,
        limit);
  }
}
