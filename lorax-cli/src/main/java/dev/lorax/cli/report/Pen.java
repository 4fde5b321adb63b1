package dev.lorax.cli.report;

/**
 * How lines are drawn.
 *
 * @param name of its class: a page's style sheet may set another colour
 * @param color on white paper
 * @param width pixels
 */
record Pen(String name, String color, double width) {
  static final Pen GRID = new Pen("grid", "#e6e6e6", 1);
  static final Pen AXIS = new Pen("axis", "#888", 1);

  /** For every step: much noise, so it stays in the background. */
  static final Pen RAW = new Pen("raw", "#b3c5e2", 1);

  /** For a tendency. */
  static final Pen SMOOTH = new Pen("smooth", "#2458a6", 2.2);

  /** For a few measurements. */
  static final Pen MEASURED = new Pen("measured", "#c2540a", 1.6);
}
