package dev.lorax.cli.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/** A picture as SVG, drawn stroke by stroke; lengths are pixels from the upper left. */
final class Svg {
  private final StringBuilder svg = new StringBuilder();

  Svg(int width, int height) {
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$d %2$d" width="%1$d" height="%2$d" \
        font-family="Helvetica, Arial, sans-serif" font-size="13" fill="#333">
        <rect width="%1$d" height="%2$d" fill="#fff"/>
        """
            .formatted(width, height));
  }

  /** A line through points, each x and y. */
  void line(List<double[]> points, String color, double width) {
    String places =
        points.stream()
            .map(point -> coordinates(point[0], point[1]))
            .collect(Collectors.joining(" "));
    svg.append(
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%s\"/>\n"
            .formatted(places, color, width));
  }

  /** A thin straight line. */
  void rule(double x1, double y1, double x2, double y2, String color) {
    line(List.of(new double[] {x1, y1}, new double[] {x2, y2}), color, 1);
  }

  void dot(double cx, double cy, String color) {
    svg.append(
        "<circle cx=\"%s\" cy=\"%s\" r=\"4\" fill=\"%s\" stroke=\"#fff\" stroke-width=\"1.5\"/>\n"
            .formatted(coordinates(cx), coordinates(cy), color));
  }

  /**
   * A line of text.
   *
   * @param anchor which part of it lies at {@code left}: start, middle or end
   * @param more attributes
   */
  void text(double left, double base, String anchor, String text, String more) {
    svg.append(
        "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\" %s>%s</text>\n"
            .formatted(coordinates(left), coordinates(base), anchor, more, text));
  }

  /** The complete file. */
  String end() {
    return svg + "</svg>\n";
  }

  private static String coordinates(double... values) {
    return DoubleStream.of(values)
        .mapToObj(value -> String.format(Locale.ROOT, "%.1f", value))
        .collect(Collectors.joining(","));
  }
}
