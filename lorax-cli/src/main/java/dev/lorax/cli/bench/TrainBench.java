package dev.lorax.cli.bench;

import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.console.Figures;
import dev.lorax.cli.training.LoraOptions;
import dev.lorax.cli.training.MemoryEstimate;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Lorax;
import dev.lorax.run.Recomputation;
import dev.lorax.train.Batches;
import dev.lorax.train.Step;
import dev.lorax.train.Trainer;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lorax bench train}: optimiser steps. */
@Command(
    name = "train",
    description = {
      "Times training steps: forward, backward, clipping, AdamW.",
      "",
      "The limit is 4 operations for each token and each number of a matrix (a product forward, one"
          + " backward; a frozen base needs no gradient of its own), the head's included and"
          + " nothing for attention, at the rate of products measured in this process."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Example:",
      "  lorax bench train --config gpt2/config.json --dtype bf16 --batch 2 --seq 256 --rank 4"
    })
final class TrainBench implements Callable<Integer> {
  private final Console console;

  @Mixin private BenchOptions options;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Sequences of a step (default: ${DEFAULT-VALUE}).")
  private int batch = 2;

  @Option(
      names = "--seq",
      paramLabel = "N",
      description = "Tokens of a sequence (default: ${DEFAULT-VALUE}).")
  private int seq = 256;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Steps that are measured (default: ${DEFAULT-VALUE}).")
  private int steps = 8;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      description = "Steps before those (default: ${DEFAULT-VALUE}).")
  private int warmup = 2;

  @Option(
      names = "--adapters",
      paramLabel = "N",
      description = "Adapters: a step trains one, so nothing but 1 (default: ${DEFAULT-VALUE}).")
  private int adapters = 1;

  @Option(
      names = "--recompute",
      paramLabel = "SHARE",
      description =
          "Share of the model that is computed twice to save memory, 0 to 1 (default:"
              + " ${DEFAULT-VALUE}).")
  private double recompute;

  @ArgGroup(exclusive = false, validate = false, heading = "%nWhat is trained:%n")
  private LoraOptions lora = new LoraOptions();

  TrainBench(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    BenchOptions.atLeast(1, batch, "--batch");
    BenchOptions.atLeast(1, seq, "--seq");
    BenchOptions.atLeast(1, steps, "--steps");
    BenchOptions.atLeast(0, warmup, "--warmup");
    if (adapters != 1) {
      throw Failure.usage(
          "--adapters %d: a training step has exactly one; 'bench decode' takes several"
              .formatted(adapters));
    }
    LoraConfig config = lora.config();
    Recomputation memory = Failure.orUsage(() -> new Recomputation(recompute));
    Machine machine = Machine.here();
    try (Subject subject = options.open()) {
      BenchOptions.checkContext(subject, seq, "--seq " + seq);
      if (!subject.type().isTrainable()) {
        throw Failure.usage(
            "--dtype %s serves for 'bench decode' and 'bench prefill': nothing is trained over it"
                .formatted(subject.type()));
      }
      try (Adapter adapter =
          Adapter.initial(Failure.orUsage(() -> Lorax.inject(subject.graph(), config)), 1)) {
        new Outcome(console, options.json()).tell(measure(subject, adapter, memory), machine);
      }
    }
    return ExitCode.OK;
  }

  private Measured measure(Subject subject, Adapter adapter, Recomputation memory) {
    Repetition repetition =
        repeat(subject, adapter, memory)
            .expecting(MemoryEstimate.of(subject, adapter, batch, seq).peak(memory.share()));
    long tokens = (long) batch * seq;
    Work work = Work.of(subject);
    String formula = "4 x %s x tokens".formatted(Figures.shortCount(work.numbers()));
    Limit limit = Limit.ofProducts(subject.type(), work.trainingFlop(tokens), formula);
    return new Measured(
        "train", subject, batch, seq, Optional.of(adapter), 1, "step", tokens, repetition, limit);
  }

  private Repetition repeat(Subject subject, Adapter adapter, Recomputation memory) {
    int[] text = subject.ids(8 * batch * seq + 1);
    Batches batches = Failure.orUsage(() -> Batches.windows(text, seq).size(batch));
    try (Trainer trainer =
        Trainer.of(subject, adapter, batches)
            .steps((long) warmup + steps)
            .seed(1)
            .recomputation(memory)
            .build()) {
      Iterator<Step> run = trainer.iterator();
      return Repetition.of(warmup, steps, i -> run.next());
    }
  }
}
