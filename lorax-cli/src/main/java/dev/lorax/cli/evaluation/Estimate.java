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

  /** Of Student's distribution, for 95 %, with 1, 2, 3 … degrees of freedom. */
  private static final double[] STUDENT = {
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
    2.052, 2.048, 2.045, 2.042
  };

  /** The mean loss of all tokens, as sure as the spread over sequences says. */
  public static Estimate loss(List<Evaluation> sequences) {
    double mean = Evaluation.together(sequences).loss();
    double half = quantile(sequences.size()) * Evaluation.standardError(sequences);
    return new Estimate(mean, mean - half, mean + half);
  }

  /** How many standard errors hold the mean: more where there are few samples. */
  private static double quantile(int samples) {
    return samples - 2 < STUDENT.length ? STUDENT[Math.max(0, samples - 2)] : Z + 2.4 / samples;
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
