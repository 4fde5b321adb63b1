package dev.lorax.cli.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One axis of a chart: values, and where they lie on the page.
 *
 * @param low the value at its start
 * @param high the value at its end
 * @param start pixels
 * @param end pixels; below {@code start} where the axis runs upwards
 * @param step between ticks
 */
record Axis(double low, double high, double start, double end, double step) {
  /** An axis that holds these values, with ends at round numbers. */
  static Axis around(double least, double most, double start, double end) {
    double span = Math.max(most - least, Math.abs(most) * 1e-3);
    double step = span == 0 ? 1 : round(span / 5);
    double low = Math.floor(least / step) * step;
    double high = Math.ceil(most / step) * step;
    return low < high
        ? new Axis(low, high, start, end, step)
        : new Axis(low - step, high + step, start, end, step); // one round value alone
  }

  /** An axis of steps, from 0 to exactly the last. */
  static Axis steps(long last, double start, double end) {
    return new Axis(0, last, start, end, Math.max(1, round(last / 6.0)));
  }

  /** Where a value lies. */
  double at(double value) {
    return start + (value - low) / (high - low) * (end - start);
  }

  /** The values that are marked. */
  List<Double> ticks() {
    List<Double> ticks = new ArrayList<>();
    for (long i = Math.round(low / step); i * step <= high + step * 1e-6; i++) {
      ticks.add(i * step);
    }
    return ticks;
  }

  /** A marked value as text, all with the same digits. */
  String label(double tick) {
    double most = Math.max(Math.abs(low), Math.abs(high));
    int exponent = most >= 0.01 && most < 1e7 ? 0 : (int) Math.floor(Math.log10(most) + 1e-9);
    if (exponent == 0) {
      return fixed(tick, step);
    }
    if (tick == 0) {
      return "0";
    }
    double unit = Math.pow(10, exponent);
    return fixed(tick / unit, step / unit) + "e" + exponent;
  }

  private static String fixed(double tick, double step) {
    int digits = (int) Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    return String.format(Locale.ROOT, "%,." + digits + "f", tick);
  }

  /** The next of 1, 2, 5, 10, 20, … */
  private static double round(double step) {
    double magnitude = Math.pow(10, Math.floor(Math.log10(step)));
    double digit = step / magnitude;
    return (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10) * magnitude;
  }
}
