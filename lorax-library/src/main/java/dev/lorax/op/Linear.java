package dev.lorax.op;

import dev.lorax.graph.Op;

/**
 * An op that multiplies by a weight, and so can be adapted by a low-rank product.
 *
 * <p>A {@link Dense} multiplies rows; an {@link Embedding} multiplies one-hot rows, given as ids.
 */
public interface Linear extends Op {
  /** The width of what goes in: columns of the weight seen as [out, in]. */
  int in();

  /** The width of what comes out: rows of the weight seen as [out, in]. */
  int out();
}
