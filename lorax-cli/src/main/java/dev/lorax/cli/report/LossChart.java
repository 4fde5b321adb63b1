package dev.lorax.cli.report;

import dev.lorax.cli.report.Curve.Point;
import dev.lorax.cli.report.LinePlot.Content;
import dev.lorax.cli.report.LinePlot.Label;
import dev.lorax.cli.report.LinePlot.Series;
import dev.lorax.cli.training.Measure;
import dev.lorax.train.Step;
import java.util.Comparator;
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
    boolean isOfTexts =
        metrics.measures().stream().anyMatch(measure -> measure.scores().isPresent());
    return new Content(
        "Loss",
        isOfTexts ? "nats per text" : "nats per token",
        false,
        List.of(
            new Series("training, each step", Pen.RAW, false, training),
            new Series("training, smoothed", Pen.SMOOTH, false, training.smoothed()),
            new Series(
                isOfTexts ? "held-out texts" : "held-out text", Pen.MEASURED, true, heldOut)),
        labels(heldOut.points()));
  }

  /** Over the best point and the last; where one text would lie on the other, the best is below. */
  private static List<Label> labels(List<Point> heldOut) {
    if (heldOut.isEmpty()) {
      return List.of();
    }
    Point best = heldOut.stream().min(Comparator.comparingDouble(Point::value)).orElseThrow();
    Point last = heldOut.get(heldOut.size() - 1);
    String text = "best " + digits(best);
    boolean near = best.step() > 0.8 * last.step();
    return best.equals(last)
        ? List.of(new Label(best, text, false))
        : List.of(new Label(best, text, near), new Label(last, digits(last), false));
  }

  private static String digits(Point point) {
    return String.format(Locale.ROOT, "%.3f", point.value());
  }
}
