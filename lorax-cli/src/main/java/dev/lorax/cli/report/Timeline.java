package dev.lorax.cli.report;

import java.util.List;

/**
 * The steps of a run, as an axis for what happened.
 *
 * @param steps done
 * @param resumed after which of them the run went on from a stop, each once
 */
record Timeline(long steps, List<Long> resumed) {
  static Timeline of(Metrics metrics) {
    return new Timeline(
        metrics.events().stream().mapToLong(Metric::step).max().orElse(0),
        metrics.of(Metric.Resumed.class).stream().map(Metric::step).distinct().toList());
  }
}
