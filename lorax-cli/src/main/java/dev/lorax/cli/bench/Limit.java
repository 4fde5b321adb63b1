package dev.lorax.cli.bench;

import dev.lorax.tensor.MachineLimits;
import dev.lorax.tensor.MachineLimits.Rate;
import java.util.List;
import java.util.Locale;

/**
 * The least time that the machine needs for some work, from a rate measured in this process.
 *
 * @param reason the formula, for people
 * @param unit of the rates: FLOP/s or B/s
 * @param rates what was measured, the best first
 * @param seconds the work divided by the best rate
 */
record Limit(String reason, String unit, List<Rate> rates, double seconds) {
  /** Products: so many operations at the matrix rate. */
  static Limit ofProducts(WeightType type, double flop, String formula) {
    List<Rate> rates = MachineLimits.products(type.products());
    double best = rates.get(0).perSecond();
    String reason =
        String.format(
            Locale.ROOT,
            "%s at %.0f GFLOP/s (%s, %s)",
            formula,
            best / 1e9,
            type.products().name().toLowerCase(Locale.ROOT),
            rates.get(0).what());
    return new Limit(reason, "FLOP/s", rates, flop / best);
  }

  /** Weights: so many bytes at the read bandwidth. */
  static Limit ofReading(double bytes, String formula) {
    List<Rate> rates = MachineLimits.reads();
    double best = rates.get(0).perSecond();
    String reason =
        String.format(
            Locale.ROOT, "%s at %.1f GB/s (%s)", formula, best / 1e9, rates.get(0).what());
    return new Limit(reason, "B/s", rates, bytes / best);
  }
}
