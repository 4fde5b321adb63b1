package dev.lorax.run;

import dev.lorax.tensor.Tensor;

/** A number that is a sum over the rows of a graph's value: a loss. */
public interface Objective {
  /**
   * The share of some rows.
   *
   * @param rows of the graph's value; they may be overwritten
   * @param first the number of the first of them
   */
  double value(Tensor rows, int first);

  /**
   * The share of some rows; its gradient is written over them.
   *
   * @param rows of the graph's value
   * @param first the number of the first of them
   */
  double slope(Tensor rows, int first);
}
