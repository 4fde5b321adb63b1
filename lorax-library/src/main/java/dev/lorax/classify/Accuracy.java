package dev.lorax.classify;

import java.util.Locale;

/**
 * How often a classifier was right.
 *
 * @param right texts of which it named the class
 * @param count texts it was asked about
 */
public record Accuracy(int right, int count) {
  /** The share of right answers, in [0, 1]. */
  public double share() {
    return (double) right / count;
  }

  /** As in {@code 93.3% (28 of 30)}. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.1f%% (%,d of %,d)", 100 * share(), right, count);
  }
}
