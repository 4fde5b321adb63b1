package dev.lorax.cli.evaluation;

import dev.lorax.train.Evaluation;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/**
 * A number and its 95 % confidence interval.
 *
 * @param value most likely
 * @param low end of the interval; not a number where nothing tells how sure it is
 * @param high the other end
 */
public record Estimate(double value, double low, double high) {
  private static final double Z = 1.96; // of the normal distribution, for 95 %

  /** The mean loss of all tokens, as sure as the spread over sequences says. */
  public static Estimate loss(List<Evaluation> sequences) {
    double mean = Evaluation.together(sequences).loss();
    double half = Z * Evaluation.standardError(sequences);
    return new Estimate(mean, mean - half, mean + half);
  }

  /**
   * How much larger the mean loss is than another on the same sequences. Sequences that are hard
   * are so for both, so that this is surer than both losses are.
   */
  public static Estimate difference(List<Evaluation> sequences, List<Evaluation> others) {
    return loss(
        IntStream.range(0, sequences.size())
            .mapToObj(i -> minus(sequences.get(i), others.get(i)))
            .toList());
  }

  private static Evaluation minus(Evaluation one, Evaluation other) {
    return new Evaluation(one.loss() - other.loss(), one.supervised());
  }

  /** The share of successes (Wilson 1927), which also holds near 0 and 1. */
  public static Estimate share(int successes, int of) {
    double share = (double) successes / of;
    double weight = Z * Z / of;
    double centre = (share + weight / 2) / (1 + weight);
    double half = Math.sqrt(share * (1 - share) * weight + weight * weight / 4) / (1 + weight);
    return new Estimate(share, Math.max(0, centre - half), Math.min(1, centre + half));
  }

  /** What a rising function makes of it. */
  Estimate map(DoubleUnaryOperator rising) {
    return new Estimate(
        rising.applyAsDouble(value), rising.applyAsDouble(low), rising.applyAsDouble(high));
  }

  /** Whether the interval is known. */
  boolean isSure() {
    return !Double.isNaN(low);
  }
}
