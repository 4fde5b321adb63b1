package dev.lorax.cli.report;

import java.util.List;
import java.util.function.Function;

/**
 * Draws how time and memory grow, as a page of small pictures: a column for each thing that grows,
 * its time above and its memory below. All axes begin at zero, so that a straight line through the
 * corner means "in proportion", and a level one "whatever it is".
 */
public final class CostCurves {
  private static final int LEFT = 62;
  private static final int COLUMN = 190;
  private static final int PLOT = 150;
  private static final int TOP = 96;
  private static final int ROW = 210;
  private static final Pen TIME = new Pen("time", "#2458a6", 1.8);
  private static final Pen MEMORY = new Pen("memory", "#d4600a", 1.8);

  private final List<Column> columns;
  private final Svg svg;

  private CostCurves(List<Column> columns) {
    this.columns = columns;
    svg = new Svg(LEFT + COLUMN * columns.size(), TOP + 2 * ROW);
  }

  /**
   * One thing that grows.
   *
   * @param title of the column
   * @param time what its time is of, for example "step"
   * @param costs measured, in any order
   */
  public record Column(String title, String time, List<Cost> costs) {}

  /**
   * One measurement.
   *
   * @param x how much of the thing
   * @param millis the time
   * @param bytes the most memory
   */
  public record Cost(double x, double millis, double bytes) {}

  /**
   * A complete SVG file.
   *
   * @param title above all
   * @param note below it: what was held fast, and the machine
   */
  public static String of(String title, String note, List<Column> columns) {
    return new CostCurves(columns).draw(title, note);
  }

  private String draw(String title, String note) {
    svg.text(LEFT - 40, 28, "start", title, "font-size=\"17\" font-weight=\"bold\"");
    svg.text(LEFT - 40, 48, "start", note, "font-size=\"11\" fill=\"#666\"");
    for (int i = 0; i < columns.size(); i++) {
      Column column = columns.get(i);
      double left = LEFT + (double) COLUMN * i;
      svg.text(left, TOP - 18, "start", column.title(), "font-weight=\"bold\"");
      panel(column, left, TOP, "ms a " + column.time(), TIME, Cost::millis);
      panel(column, left, TOP + ROW, "MB at the peak", MEMORY, cost -> cost.bytes() / 1e6);
    }
    return svg.end();
  }

  private void panel(
      Column column, double left, double top, String unit, Pen pen, Function<Cost, Double> value) {
    double bottom = top + PLOT;
    List<Cost> costs = column.costs().stream().sorted(CostCurves::byX).toList();
    double most = costs.stream().mapToDouble(value::apply).max().orElse(1);
    double widest = costs.stream().mapToDouble(Cost::x).max().orElse(1);
    Axis x = Axis.around(0, Math.max(1, widest), left, left + PLOT);
    Axis y = Axis.around(0, most, bottom, top);
    svg.text(left, top - 4, "start", unit, "font-size=\"11\" fill=\"" + pen.color() + "\"");
    grid(x, y, bottom);
    List<double[]> points =
        costs.stream().map(c -> new double[] {x.at(c.x()), y.at(value.apply(c))}).toList();
    svg.line(points, pen);
    points.forEach(point -> svg.dot(point[0], point[1], pen));
  }

  private void grid(Axis x, Axis y, double bottom) {
    for (double tick : y.ticks()) {
      svg.rule(x.start(), y.at(tick), x.end(), y.at(tick), Pen.GRID);
      svg.text(x.start() - 5, y.at(tick) + 4, "end", y.label(tick), "font-size=\"10\"");
    }
    List<Double> ticks = x.ticks();
    for (int i = 0; i < ticks.size(); i += ticks.size() > 4 ? 2 : 1) {
      double at = x.at(ticks.get(i));
      svg.rule(at, bottom, at, bottom + 4, Pen.AXIS);
      svg.text(at, bottom + 16, "middle", x.label(ticks.get(i)), "font-size=\"10\"");
    }
    svg.rule(x.start(), bottom, x.end(), bottom, Pen.AXIS);
  }

  private static int byX(Cost one, Cost other) {
    return Double.compare(one.x(), other.x());
  }
}
