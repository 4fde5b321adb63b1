package dev.lorax.cli.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/** A picture as SVG, drawn stroke by stroke; lengths are pixels from the upper left. */
final class Svg {
  private static final String NAMESPACE = " xmlns=\"http://www.w3.org/2000/svg\"";

  private final StringBuilder svg = new StringBuilder();

  Svg(int width, int height) {
    this(width, height, "");
  }

  /**
   * An empty picture.
   *
   * @param more attributes
   */
  Svg(int width, int height, String more) {
    svg.append(
        """
         viewBox="0 0 %1$d %2$d" width="%1$d" height="%2$d" \
        font-family="Helvetica, Arial, sans-serif" font-size="13" fill="#333" %3$s>
        <rect width="%1$d" height="%2$d" fill="#fff"/>
        """
            .formatted(width, height, more));
  }

  /** A line through points, each x and y. */
  void line(List<double[]> points, Pen pen) {
    line(points, pen, "");
  }

  /**
   * A line through points, each x and y.
   *
   * @param more attributes
   */
  void line(List<double[]> points, Pen pen, String more) {
    String places =
        points.stream()
            .map(point -> coordinates(point[0], point[1]))
            .collect(Collectors.joining(" "));
    svg.append(
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%s\" class=\"%s\"%s/>\n"
            .formatted(places, pen.color(), pen.width(), pen.name(), more));
  }

  /** A straight line. */
  void rule(double x1, double y1, double x2, double y2, Pen pen) {
    line(List.of(new double[] {x1, y1}, new double[] {x2, y2}), pen);
  }

  void dot(double cx, double cy, Pen pen) {
    dot(cx, cy, pen, "");
  }

  /**
   * A dot.
   *
   * @param title shown while the pointer is on it; empty for none
   */
  void dot(double cx, double cy, Pen pen, String title) {
    svg.append(
        """
        <circle cx="%s" cy="%s" r="4" fill="%s" stroke="#fff" stroke-width="1.5" class="%s">\
        %s</circle>
        """
            .formatted(
                coordinates(cx),
                coordinates(cy),
                pen.color(),
                pen.name(),
                title.isEmpty() ? "" : "<title>" + Markup.escape(title) + "</title>"));
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
            .formatted(coordinates(left), coordinates(base), anchor, more, Markup.escape(text)));
  }

  /** The complete file. */
  String end() {
    return "<svg" + NAMESPACE + inside();
  }

  /** The picture as a part of an HTML page. */
  String inline() {
    return "<svg" + inside();
  }

  private String inside() {
    return svg + "</svg>\n";
  }

  private static String coordinates(double... values) {
    return DoubleStream.of(values)
        .mapToObj(value -> String.format(Locale.ROOT, "%.2f", value))
        .collect(Collectors.joining(","));
  }
}
