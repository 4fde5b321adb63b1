package dev.lorax.tensor;

/**
 * A rectangle of a matrix.
 *
 * @param row the first row
 * @param rows how many
 * @param column the first column
 * @param columns how many
 */
record Region(int row, int rows, int column, int columns) {
  /** Some of its rows, counted from its first. */
  Region rows(int from, int to) {
    return new Region(row + from, to - from, column, columns);
  }

  int endRow() {
    return row + rows;
  }

  int endColumn() {
    return column + columns;
  }
}
