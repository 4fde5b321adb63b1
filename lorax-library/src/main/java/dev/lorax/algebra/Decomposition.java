package dev.lorax.algebra;

import dev.lorax.tensor.Svd;
import dev.lorax.tensor.Tensor;

/** How the largest singular values of a large matrix are found. */
@FunctionalInterface
public interface Decomposition {
  /** All of them, exactly; for matrices of thousands of rows, minutes each. */
  Decomposition EXACT = (matrix, rank) -> Svd.of(matrix).truncated(rank);

  /** The largest values of a float32 matrix, in the open scope. */
  Svd of(Tensor matrix, int rank);

  /**
   * About the largest, from a random sketch; see {@link Svd#fast}.
   *
   * @param iterations of the power method; each makes it more exact
   */
  static Decomposition fast(int iterations, long seed) {
    return (matrix, rank) -> Svd.fast(matrix, rank, iterations, seed);
  }
}
