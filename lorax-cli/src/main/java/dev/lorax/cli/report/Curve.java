package dev.lorax.cli.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Values over steps, by step; all of them are finite.
 *
 * @param points from left to right
 */
record Curve(List<Point> points) {
  private static final int BUCKETS = 700; // more lie on the same pixels

  /** A value at a step. */
  record Point(double step, double value) {}

  /** Leaves out what is not finite, and so cannot be drawn. */
  Curve {
    points = points.stream().filter(point -> Double.isFinite(point.value())).toList();
  }

  /** One value of each event. */
  static <T> Curve of(List<T> events, ToDoubleFunction<T> step, ToDoubleFunction<T> value) {
    return new Curve(
        events.stream()
            .map(event -> new Point(step.applyAsDouble(event), value.applyAsDouble(event)))
            .toList());
  }

  /** As many points as can be told apart; the least and the most of neighbours stay. */
  Curve thinned() {
    if (points.size() <= 2 * BUCKETS) {
      return this;
    }
    Comparator<Point> byValue = Comparator.comparingDouble(Point::value);
    List<Point> kept = new ArrayList<>();
    for (List<Point> bucket : buckets()) {
      Point least = bucket.stream().min(byValue).orElseThrow();
      Point most = bucket.stream().max(byValue).orElseThrow();
      kept.add(least.step() < most.step() ? least : most);
      kept.add(least.step() < most.step() ? most : least);
    }
    return new Curve(kept);
  }

  /** A mean over about a thirtieth of the run on either side, near steps counting most. */
  Curve smoothed() {
    List<Point> means = buckets().stream().map(Curve::mean).toList();
    double width = Math.max(1.5, means.size() / 40.0);
    int reach = (int) Math.ceil(3 * width);
    List<Point> smooth = new ArrayList<>();
    for (int i = 0; i < means.size(); i++) {
      double sum = 0;
      double weights = 0;
      for (int j = Math.max(0, i - reach); j <= Math.min(means.size() - 1, i + reach); j++) {
        double weight = Math.exp(-0.5 * Math.pow((i - j) / width, 2));
        sum += weight * means.get(j).value();
        weights += weight;
      }
      smooth.add(new Point(means.get(i).step(), sum / weights));
    }
    return new Curve(smooth);
  }

  /** Neighbours together, in groups of about the same size. */
  private List<List<Point>> buckets() {
    int count = Math.min(BUCKETS, points.size());
    List<List<Point>> buckets = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      int from = (int) (i * points.size() / count);
      int to = (int) ((i + 1) * points.size() / count);
      buckets.add(points.subList(from, to));
    }
    return buckets;
  }

  private static Point mean(List<Point> bucket) {
    return new Point(
        bucket.stream().mapToDouble(Point::step).average().orElseThrow(),
        bucket.stream().mapToDouble(Point::value).average().orElseThrow());
  }
}
