package dev.lorax.cli.report;

import dev.lorax.cli.report.Curve.Point;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/** Draws lines over the steps of a run. */
final class LinePlot {
  private static final int LEFT = 70;
  private static final int TOP = 64;
  private static final double LEGEND = 25;
  private static final double NOTE = 120; // its width
  private static final String HALO =
      "class=\"note\" paint-order=\"stroke\" stroke=\"#fff\" stroke-width=\"3\"";

  private final Content content;
  private final Timeline timeline;
  private final int height;
  private final int right;
  private final int bottom;
  private final Axis x;
  private final Axis y;
  private final Svg svg;

  private LinePlot(Content content, Timeline timeline, int width, int height) {
    this.content = content;
    this.timeline = timeline;
    this.height = height;
    right = width - 32;
    bottom = height - 58;
    x = Axis.steps(Math.max(1, timeline.steps()), LEFT, right);
    y = vertical();
    svg = new Svg(width, height, attributes());
  }

  /**
   * What a plot shows.
   *
   * @param title above it
   * @param unit of its values; empty where they have none
   * @param fromZero whether the axis of values begins at zero, so that heights compare
   * @param series its lines, the later above the earlier; those without points are left out
   * @param labels of single points
   */
  record Content(
      String title, String unit, boolean fromZero, List<Series> series, List<Label> labels) {
    /** Leaves out lines without points. */
    Content {
      series = series.stream().filter(one -> !one.curve().points().isEmpty()).toList();
    }
  }

  /** One line: what it is, how it is drawn, whether each of its points is a dot. */
  record Series(String label, Pen pen, boolean dots, Curve curve) {}

  /** A text at a point of a line; below it, or above. */
  record Label(Point at, String text, boolean below) {}

  /** A picture of that size in pixels. */
  static Svg draw(Content content, Timeline timeline, int width, int height) {
    return new LinePlot(content, timeline, width, height).draw();
  }

  private Axis vertical() {
    double[] values =
        content.series().stream()
            .flatMap(series -> series.curve().points().stream())
            .mapToDouble(Point::value)
            .toArray();
    double least = content.fromZero() ? 0 : DoubleStream.of(values).min().orElse(0);
    double most = DoubleStream.of(values).max().orElse(1);
    return Axis.around(least, content.fromZero() && most <= 0 ? 1 : most, bottom, TOP);
  }

  /** Where values lie, for whoever reads the picture; and its title. */
  private String attributes() {
    return "role=\"img\" aria-label=\"%s\" data-x=\"%s\" data-y=\"%s\" data-unit=\"%s\""
        .formatted(
            Markup.escape(content.title()), places(x), places(y), Markup.escape(content.unit()));
  }

  private static String places(Axis axis) {
    return "%s %s %s %s".formatted(axis.low(), axis.high(), axis.start(), axis.end());
  }

  private Svg draw() {
    svg.text(LEFT, 30, "start", content.title(), "font-size=\"17\" font-weight=\"bold\"");
    grid();
    resumed();
    content.series().forEach(this::series);
    content.labels().forEach(this::label);
    legend();
    return svg;
  }

  private void grid() {
    for (double tick : y.ticks()) {
      svg.rule(LEFT, y.at(tick), right, y.at(tick), Pen.GRID);
      svg.text(LEFT - 8, y.at(tick) + 4.5, "end", y.label(tick), "");
    }
    for (double tick : x.ticks()) {
      svg.rule(x.at(tick), bottom, x.at(tick), bottom + 5, Pen.AXIS);
      svg.text(x.at(tick), bottom + 20, "middle", x.label(tick), "");
    }
    svg.rule(LEFT, bottom, right, bottom, Pen.AXIS);
    svg.text((LEFT + right) / 2.0, height - 14, "middle", "optimiser steps", "");
    String turned = "transform=\"translate(18 %s) rotate(-90)\"".formatted((TOP + bottom) / 2);
    svg.text(0, 0, "middle", content.unit(), turned);
  }

  private void resumed() {
    for (long step : timeline.resumed()) {
      svg.rule(x.at(step), TOP, x.at(step), bottom, Pen.AXIS);
    }
    double free = LEFT;
    for (long step : timeline.resumed()) {
      double at = x.at(step);
      boolean late = at > right - NOTE;
      if (free <= (late ? at - NOTE : at)) {
        String note = "resumed at " + String.format(Locale.ROOT, "%,d", step);
        svg.text(late ? at - 5 : at + 5, TOP + 12, late ? "end" : "start", note, HALO);
        free = at + NOTE;
      }
    }
  }

  private void series(Series series) {
    List<double[]> places = series.curve().thinned().points().stream().map(this::place).toList();
    svg.line(places, series.pen(), " data-label=\"" + Markup.escape(series.label()) + "\"");
    if (series.dots() || places.size() == 1) {
      for (Point point : series.curve().points()) {
        double[] place = place(point);
        svg.dot(place[0], place[1], series.pen(), title(series, point));
      }
    }
  }

  private static String title(Series series, Point point) {
    return String.format(
        Locale.ROOT, "%s, step %,.0f: %.4g", series.label(), point.step(), point.value());
  }

  private double[] place(Point point) {
    return new double[] {x.at(point.step()), y.at(point.value())};
  }

  private void label(Label label) {
    double[] place = place(label.at());
    boolean below = label.below() && place[1] + 24 < bottom;
    svg.text(
        place[0] + (place[0] < LEFT + NOTE ? 6 : -6),
        place[1] + (below ? 20 : -9),
        place[0] < LEFT + NOTE ? "start" : "end",
        label.text(),
        HALO.replace("note", "note " + Pen.MEASURED.name())
            + " fill=\"%s\" font-weight=\"bold\"".formatted(Pen.MEASURED.color()));
  }

  private void legend() {
    if (content.series().size() < 2) {
      return;
    }
    double at = LEFT + 36 + 9.4 * content.title().length();
    for (Series series : content.series()) {
      svg.line(List.of(new double[] {at, LEGEND}, new double[] {at + 22, LEGEND}), series.pen());
      if (series.dots()) {
        svg.dot(at + 11, LEGEND, series.pen());
      }
      svg.text(at + 29, LEGEND + 4.5, "start", series.label(), "");
      at += 60 + 6.6 * series.label().length();
    }
  }
}
