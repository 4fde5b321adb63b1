package dev.lorax.cli.training;

import dev.lorax.cli.console.Failure;
import dev.lorax.cli.console.Figures;
import dev.lorax.run.Recomputation;
import java.util.function.IntFunction;

/**
 * What is computed twice so that training fits its budget.
 *
 * @param recomputation what
 * @param peak expected bytes
 * @param reason for people
 */
public record MemoryChoice(Recomputation recomputation, long peak, String reason) {
  private static final int STEPS = 20; // of shares that are tried

  /**
   * The least that fits, unless a share is given.
   *
   * @param estimates by batch size
   * @throws Failure if nothing fits a budget that the user named
   */
  public static MemoryChoice of(IntFunction<MemoryEstimate> estimates, TrainingOptions options) {
    MemoryEstimate estimate = estimates.apply(options.batchSize);
    MemoryBudget budget =
        options.memoryBudget == null
            ? MemoryBudget.ofMachine()
            : MemoryBudget.parse(options.memoryBudget);
    if (options.recompute != null) {
      double share = Failure.orUsage(() -> new Recomputation(options.recompute)).share();
      long peak = estimate.peak(share);
      return peak > budget.bytes()
          ? tooMuch(estimates, options, budget, share)
          : choice(share, peak, "as --recompute says");
    }
    for (int i = 0; i <= STEPS; i++) {
      double share = (double) i / STEPS;
      if (estimate.peak(share) <= budget.bytes()) {
        return choice(share, estimate.peak(share), reason(i, budget));
      }
    }
    return tooMuch(estimates, options, budget, 1);
  }

  private static String reason(int step, MemoryBudget budget) {
    return step == 0
        ? budget.bytes() == Long.MAX_VALUE ? "the fastest" : "fits " + budget
        : "the least that fits " + budget;
  }

  private static MemoryChoice choice(double share, long peak, String reason) {
    return new MemoryChoice(new Recomputation(share), peak, reason);
  }

  private static MemoryChoice tooMuch(
      IntFunction<MemoryEstimate> estimates,
      TrainingOptions options,
      MemoryBudget budget,
      double share) {
    long peak = estimates.apply(options.batchSize).peak(share);
    if (!budget.asked()) {
      String warning = "more than the %s: lower --batch-size or --window".formatted(budget);
      return choice(share, peak, warning);
    }
    int batch = options.batchSize - 1;
    while (batch > 0 && estimates.apply(batch).peak(1) > budget.bytes()) {
      batch--;
    }
    String advice =
        batch > 0
            ? "--batch-size %d fits where all is computed twice".formatted(batch)
            : "no batch fits: give more, or a shorter --window, or --dtype bf16";
    throw Failure.usage(
        "%s is too little: training takes about %s%s; %s"
            .formatted(
                budget, Figures.bytes(peak), share == 1 ? " with all computed twice" : "", advice));
  }

  /** One line. */
  @Override
  public String toString() {
    double share = recomputation.share();
    String twice =
        share == 0
            ? "nothing is computed twice"
            : share == 1
                ? "all is computed twice"
                : "%s of the model is computed twice".formatted(Figures.percent(share));
    return "about %s, %s: %s".formatted(Figures.bytes(peak), twice, reason);
  }
}
