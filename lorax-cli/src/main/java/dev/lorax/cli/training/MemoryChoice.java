package dev.lorax.cli.training;

import dev.lorax.cli.console.Failure;
import dev.lorax.cli.console.Figures;
import dev.lorax.run.Recomputation;
import java.util.Comparator;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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
    MemoryChoice choice =
        options.recompute == null
            ? fitting(estimate, budget)
            : given(estimate, Failure.orUsage(() -> new Recomputation(options.recompute)));
    if (choice.peak <= budget.bytes()) {
      return choice;
    }
    if (budget.asked()) {
      throw tooLittle(choice.peak, estimates, options, budget);
    }
    String warning =
        "more than the %s: lower --batch-size or --max-length (--window)".formatted(budget);
    return new MemoryChoice(choice.recomputation, choice.peak, warning);
  }

  private static MemoryChoice given(MemoryEstimate estimate, Recomputation recomputation) {
    return new MemoryChoice(
        recomputation, estimate.peak(recomputation.share()), "as --recompute says");
  }

  /** The least share that fits; where none does, that of the least memory. */
  private static MemoryChoice fitting(MemoryEstimate estimate, MemoryBudget budget) {
    double share =
        shares()
            .filter(some -> estimate.peak(some) <= budget.bytes())
            .findFirst()
            .orElseGet(() -> least(estimate));
    return new MemoryChoice(new Recomputation(share), estimate.peak(share), reason(share, budget));
  }

  private static String reason(double share, MemoryBudget budget) {
    return share == 0
        ? budget.bytes() == Long.MAX_VALUE ? "the fastest" : "fits " + budget
        : "the least that fits " + budget;
  }

  private static Stream<Double> shares() {
    return IntStream.rangeClosed(0, STEPS).mapToObj(i -> (double) i / STEPS);
  }

  /** Not always 1: each stretch that is computed twice keeps what flows into it. */
  private static double least(MemoryEstimate estimate) {
    return shares().min(Comparator.comparingLong(estimate::peak)).orElseThrow();
  }

  private static Failure tooLittle(
      long peak,
      IntFunction<MemoryEstimate> estimates,
      TrainingOptions options,
      MemoryBudget budget) {
    int fits = 0;
    for (int none = options.batchSize + 1; none - fits > 1; ) {
      int batch = fits + (none - fits) / 2;
      MemoryEstimate estimate = estimates.apply(batch);
      if (estimate.peak(least(estimate)) <= budget.bytes()) {
        fits = batch;
      } else {
        none = batch;
      }
    }
    boolean given = options.recompute != null;
    String advice =
        fits > 0
            ? "--batch-size %d fits%s".formatted(fits, given ? " without --recompute" : "")
            : "no batch fits: give more, or a shorter --window, or --dtype bf16";
    return Failure.usage(
        "%s is too little: training takes about %s%s; %s"
            .formatted(
                budget,
                Figures.bytes(peak),
                given ? " with this --recompute" : " at least",
                advice));
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
