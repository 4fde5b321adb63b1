package dev.lorax.cli.report;

import dev.lorax.cli.report.LinePlot.Content;
import dev.lorax.cli.report.LinePlot.Series;
import dev.lorax.train.Step;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What is drawn of a run beside its losses, each from zero. */
final class RunPlots {
  private RunPlots() {}

  /** The plots that have something to show. */
  static List<Content> of(Metrics metrics) {
    List<Step> steps = metrics.steps();
    Curve memory =
        Curve.of(
            metrics.of(Metric.Stepped.class).stream()
                .filter(step -> step.memory().isPresent())
                .toList(),
            Metric::step,
            step -> step.memory().getAsLong() / 1e9);
    return Stream.of(
            plain("Learning rate", "", Curve.of(steps, Step::number, Step::learningRate)),
            noisy("Gradient norm", "", Curve.of(steps, Step::number, Step::gradientNorm)),
            noisy("Speed", "tokens/s", Curve.of(steps, Step::number, Step::tokensPerSecond)),
            plain("Memory", "GB", memory))
        .filter(content -> !content.series().isEmpty())
        .toList();
  }

  private static Content plain(String title, String unit, Curve curve) {
    Series series = new Series(title.toLowerCase(Locale.ROOT), Pen.SMOOTH, false, curve);
    return new Content(title, unit, true, List.of(series), List.of());
  }

  private static Content noisy(String title, String unit, Curve curve) {
    return new Content(
        title,
        unit,
        true,
        List.of(
            new Series("each step", Pen.RAW, false, curve),
            new Series("smoothed", Pen.SMOOTH, false, curve.smoothed())),
        List.of());
  }
}
