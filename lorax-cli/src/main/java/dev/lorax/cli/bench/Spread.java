package dev.lorax.cli.bench;

import java.util.Arrays;

/**
 * How measured values lie: the middle, and how far they stray from it.
 *
 * @param count how many there are
 * @param min the least
 * @param lower the first quartile
 * @param median the middle
 * @param upper the third quartile
 * @param max the largest
 */
record Spread(int count, double min, double lower, double median, double upper, double max) {
  /** Of at least one value; between two values lies their straight line. */
  static Spread of(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("Nothing was measured");
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return new Spread(
        sorted.length,
        sorted[0],
        at(sorted, 0.25),
        at(sorted, 0.5),
        at(sorted, 0.75),
        sorted[sorted.length - 1]);
  }

  private static double at(double[] sorted, double share) {
    double place = share * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
