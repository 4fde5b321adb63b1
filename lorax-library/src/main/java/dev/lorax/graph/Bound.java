package dev.lorax.graph;

import dev.lorax.tensor.RowProduct;
import dev.lorax.tensor.Weight;

/** The parameters of one node, as a {@link Stepwise} op takes them. */
public interface Bound {
  /** A copy of a small parameter's numbers in row order. */
  float[] floats(String parameter);

  /** A parameter in whatever form it is kept. */
  Weight weight(String parameter);

  /** A matrix where it lies, for products. */
  RowProduct product(String parameter);
}
