package dev.lorax.cli.bench;

import dev.lorax.cli.bench.Comparison.Other;
import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.console.Figures;
import dev.lorax.cli.training.LoraOptions;
import dev.lorax.cli.training.MemoryEstimate;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.LoraConfig;
import dev.lorax.run.Recomputation;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.MachineLimits;
import dev.lorax.train.Batch;
import dev.lorax.train.Batches;
import dev.lorax.train.Step;
import dev.lorax.train.Trainer;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;
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
      "  lorax bench train --config gpt2/config.json --dtype bf16 --batch 2 --seq 256 --rank 4",
      "  lorax bench train --config gpt2/config.json --batch 8 --seq 512 --lengths 120 --padded"
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
      description =
          "Tokens of a sequence, of the longest with --lengths (default: ${DEFAULT-VALUE}).")
  private int seq = 256;

  @Option(
      names = "--lengths",
      paramLabel = "MEAN",
      description =
          "Samples of lengths that lie log-normally about this mean, cut to --seq tokens, instead of"
              + " sequences of --seq tokens.")
  private Integer mean;

  @Option(
      names = "--padded",
      description =
          "Also time the same samples filled to the longest of their batch, step by step in turn.")
  private boolean padded;

  @Option(
      names = "--products",
      description =
          "Also measure the mean rate of products in turn with the steps: where a machine's speed"
              + " drifts, the limit is the best of one moment.")
  private boolean products;

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
    if (mean != null) {
      BenchOptions.atLeast(2, mean, "--lengths");
    } else if (padded) {
      throw Failure.usage("--padded: sequences of one length need no padding; give --lengths too");
    }
    if (padded && products) {
      throw Failure.usage("--padded and --products: one comparison at a time");
    }
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
      try (Adapter adapter = Failure.orUsage(() -> Adapter.initial(subject, config, 1))) {
        new Outcome(console, options.json()).tell(measure(subject, adapter, memory), machine);
      }
    }
    return ExitCode.OK;
  }

  private Measured measure(Subject subject, Adapter adapter, Recomputation memory) {
    Batches batches = batches(subject);
    long tokens = Math.round(mean(batches, next -> next.tokens().length));
    Work work = Work.of(subject);
    double flop = work.trainingFlop(tokens);
    Repetition repetition =
        repeat(
            subject,
            adapter,
            batches,
            flop,
            (trained, some) -> trainer(subject, trained, some, memory));
    if (!padded) { // two trainers are no training that anybody would announce
      repetition = repetition.expecting(estimate(subject, adapter, batches).peak(memory.share()));
    }
    String formula = "4 x %s x tokens".formatted(Figures.shortCount(work.numbers()));
    Limit limit = Limit.ofProducts(subject.type(), flop, formula);
    int each = (int) (tokens / batch);
    return new Measured(
        "train", subject, batch, each, Optional.of(adapter), 1, "step", tokens, repetition, limit);
  }

  private Batches batches(Subject subject) {
    return mean == null
        ? Failure.orUsage(() -> Batches.windows(subject.ids(8 * batch * seq + 1), seq).size(batch))
        : new RaggedSamples(batch, mean, seq, subject.architecture().vocabulary());
  }

  /** What a batch has on average, over those that are measured. */
  private double mean(Batches batches, ToLongFunction<Batch> what) {
    return measured(batches).mapToLong(what).average().orElseThrow();
  }

  private Stream<Batch> measured(Batches batches) {
    return LongStream.range(warmup, warmup + steps).mapToObj(batches::batch);
  }

  private MemoryEstimate estimate(Subject subject, Adapter adapter, Batches batches) {
    long most = measured(batches).mapToLong(next -> next.tokens().length).max().orElseThrow();
    int longest =
        measured(batches).mapToInt(next -> next.sequences().longest()).max().orElseThrow();
    return MemoryEstimate.ofTokens(subject, adapter, most, longest);
  }

  private Repetition repeat(
      Subject subject,
      Adapter adapter,
      Batches batches,
      double flop,
      BiFunction<Adapter, Batches, Trainer> trainers) {
    double learned = mean(batches, Batch::supervised);
    try (Trainer trainer = trainers.apply(adapter, batches)) {
      IntToDoubleFunction own = times(trainer, learned);
      if (products) {
        DType type = subject.type().products();
        return Repetition.paired(
            warmup, steps, own, Other.PRODUCTS, i -> productsAlone(type, flop));
      }
      if (!padded) {
        return Repetition.timed(warmup, steps, own);
      }
      try (Adapter other = Adapter.initial(adapter.graph(), subject, 1);
          Trainer filled = trainers.apply(other, ((RaggedSamples) batches).padded())) {
        return Repetition.paired(warmup, steps, own, Other.PADDED, times(filled, learned));
      }
    }
  }

  /** Milliseconds that so many operations take now. */
  private static double productsAlone(DType type, double flop) {
    return 1e3 * flop / MachineLimits.productsNow(type).get(0).perSecond();
  }

  /** The time of each step as if it had had the mean number of tokens to learn from. */
  private static IntToDoubleFunction times(Trainer trainer, double learned) {
    Iterator<Step> run = trainer.iterator();
    return i -> {
      Step step = run.next();
      return step.time().toNanos() / 1e6 * learned / step.supervised();
    };
  }

  private Trainer trainer(Subject subject, Adapter adapter, Batches batches, Recomputation memory) {
    return Trainer.of(subject, adapter, batches)
        .steps((long) warmup + steps)
        .seed(1)
        .recomputation(memory)
        .build();
  }
}
