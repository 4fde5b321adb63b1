package dev.lorax.lora;

import dev.lorax.tensor.Tensor;

/**
 * The two matrices of a low-rank change.
 *
 * @param a [r, in]
 * @param b [out, r]
 */
public record Factors(Tensor a, Tensor b) {
  /** The number of rows of A and columns of B. */
  public int rank() {
    return (int) a.size(0);
  }

  /** Their product, [out, in]. */
  public Tensor product() {
    return b.matmul(a);
  }
}
