package dev.lorax.cli.report;

import dev.lorax.cli.training.History;
import dev.lorax.cli.training.Measure;
import dev.lorax.train.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Draws the losses of a run as SVG. */
public final class LossChart {
  private static final int WIDTH = 800;
  private static final int HEIGHT = 450;
  private static final int LEFT = 70;
  private static final int RIGHT = 780;
  private static final int TOP = 64;
  private static final int BOTTOM = 392;
  private static final int MOST_POINTS = 1500; // more lie on the same pixels
  private static final String RAW = "#b9c9e3";
  private static final String SMOOTH = "#2458a6";
  private static final String HELD_OUT = "#d4600a";

  private final History history;
  private final Axis x;
  private final Axis y;
  private final Svg svg = new Svg(WIDTH, HEIGHT);

  private LossChart(History history) {
    this.history = history;
    x = Axis.steps(Math.max(1, history.steps().size()), LEFT, RIGHT);
    List<Double> losses = losses(history);
    double least = losses.stream().mapToDouble(v -> v).min().orElse(0);
    double most = losses.stream().mapToDouble(v -> v).max().orElse(1);
    y = Axis.around(least, most, BOTTOM, TOP);
  }

  /** A complete SVG file: training loss, its running mean, and the held-out points. */
  public static String of(History history) {
    return new LossChart(history).draw();
  }

  private static List<Double> losses(History history) {
    List<Double> losses = new ArrayList<>();
    history.steps().forEach(step -> losses.add(step.loss()));
    history.measures().forEach(measure -> losses.add(measure.evaluation().loss()));
    return losses;
  }

  private String draw() {
    svg.text(LEFT, 30, "start", "Loss", "font-size=\"17\" font-weight=\"bold\"");
    grid();
    int every = Math.max(1, history.steps().size() / MOST_POINTS);
    svg.line(points(history.steps().stream().map(Step::loss).toList(), every), RAW, 1);
    svg.line(points(smoothed(), every), SMOOTH, 2.2);
    heldOut();
    legend();
    return svg.end();
  }

  private void grid() {
    for (double tick : y.ticks()) {
      svg.rule(LEFT, y.at(tick), RIGHT, y.at(tick), "#e6e6e6");
      svg.text(LEFT - 8, y.at(tick) + 4.5, "end", y.label(tick), "");
    }
    for (double tick : x.ticks()) {
      svg.rule(x.at(tick), BOTTOM, x.at(tick), BOTTOM + 5, "#888");
      svg.text(x.at(tick), BOTTOM + 20, "middle", x.label(tick), "");
    }
    svg.rule(LEFT, BOTTOM, RIGHT, BOTTOM, "#888");
    svg.text((LEFT + RIGHT) / 2.0, HEIGHT - 14, "middle", "optimiser steps", "");
    svg.text(0, 0, "middle", "nats per token", "transform=\"translate(18 228) rotate(-90)\"");
  }

  private void heldOut() {
    List<double[]> points =
        history.measures().stream()
            .map(m -> new double[] {x.at(m.step()), y.at(m.evaluation().loss())})
            .toList();
    svg.line(points, HELD_OUT, 1.6);
    points.forEach(point -> svg.dot(point[0], point[1], HELD_OUT));
    if (!history.measures().isEmpty()) {
      Measure last = history.measures().get(history.measures().size() - 1);
      double[] point = points.get(points.size() - 1);
      String label = String.format(Locale.ROOT, "%.3f", last.evaluation().loss());
      svg.text(
          point[0] - 6,
          point[1] - 9,
          "end",
          label,
          "fill=\"" + HELD_OUT + "\" font-weight=\"bold\"");
    }
  }

  private void legend() {
    double at = entry(LEFT + 90, RAW, 1.5, "training, each step");
    at = entry(at, SMOOTH, 2.5, "training, smoothed");
    if (!history.measures().isEmpty()) {
      svg.dot(at + 11, 25, HELD_OUT);
      entry(at, HELD_OUT, 1.6, "held-out text");
    }
  }

  private double entry(double left, String color, double width, String label) {
    svg.line(List.of(new double[] {left, 25}, new double[] {left + 22, 25}), color, width);
    svg.text(left + 29, 29.5, "start", label, "");
    return left + 60 + 6.6 * label.length();
  }

  /** A mean over about a thirtieth of the run on either side, near steps counting most. */
  private List<Double> smoothed() {
    double width = Math.max(1.5, history.steps().size() / 40.0);
    int reach = (int) Math.ceil(3 * width);
    double[] losses = history.steps().stream().mapToDouble(Step::loss).toArray();
    List<Double> smooth = new ArrayList<>();
    for (int i = 0; i < losses.length; i++) {
      double sum = 0;
      double weights = 0;
      for (int j = Math.max(0, i - reach); j <= Math.min(losses.length - 1, i + reach); j++) {
        double weight = Math.exp(-0.5 * Math.pow((i - j) / width, 2));
        sum += weight * losses[j];
        weights += weight;
      }
      smooth.add(sum / weights);
    }
    return smooth;
  }

  private List<double[]> points(List<Double> losses, int every) {
    List<double[]> points = new ArrayList<>();
    for (int i = 0; i < losses.size(); i += every) {
      points.add(new double[] {x.at(i + 1), y.at(losses.get(i))});
    }
    return points;
  }
}
