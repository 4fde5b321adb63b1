package dev.lorax.cli.report;

import dev.lorax.cli.report.Curve.Point;
import dev.lorax.cli.report.LinePlot.Content;
import dev.lorax.cli.report.LinePlot.Label;
import dev.lorax.cli.report.LinePlot.Series;
import dev.lorax.cli.training.Measure;
import dev.lorax.train.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Draws the losses of a run. */
public final class LossChart {
  static final int WIDTH = 800;
  static final int HEIGHT = 450;

  private LossChart() {}

  /** A complete SVG file: training loss, its running mean, and the held-out points. */
  public static String of(Metrics metrics) {
    return LinePlot.draw(content(metrics), Timeline.of(metrics), WIDTH, HEIGHT).end();
  }

  static Content content(Metrics metrics) {
    Curve training = Curve.of(metrics.steps(), Step::number, Step::loss);
    Curve heldOut =
        Curve.of(metrics.measures(), Measure::step, measure -> measure.evaluation().loss());
    return new Content(
        "Loss",
        "nats per token",
        false,
        List.of(
            new Series("training, each step", Pen.RAW, false, training),
            new Series("training, smoothed", Pen.SMOOTH, false, training.smoothed()),
            new Series("held-out text", Pen.MEASURED, true, heldOut)),
        labels(metrics, heldOut.points()));
  }

  private static List<Label> labels(Metrics metrics, List<Point> heldOut) {
    List<Label> labels = new ArrayList<>();
    Point last = heldOut.isEmpty() ? null : heldOut.get(heldOut.size() - 1);
    metrics
        .best()
        .map(best -> new Point(best.step(), best.evaluation().loss()))
        .ifPresent(
            best -> {
              String text = String.format(Locale.ROOT, "best %.3f", best.value());
              labels.add(new Label(best, text, !best.equals(last)));
              if (!best.equals(last)) {
                labels.add(
                    new Label(last, String.format(Locale.ROOT, "%.3f", last.value()), false));
              }
            });
    return labels;
  }
}
