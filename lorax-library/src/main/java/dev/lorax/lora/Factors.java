package dev.lorax.lora;

import dev.lorax.tensor.Svd;
import dev.lorax.tensor.Tensor;

/**
 * The two matrices of a low-rank change.
 *
 * @param a [r, in]
 * @param b [out, r]
 */
public record Factors(Tensor a, Tensor b) {
  /** Factors of a product that, times the scale, is the decomposed matrix; each has half of it. */
  static Factors balanced(Svd parts, double scale) {
    Tensor roots = parts.values().mul(1 / scale).sqrt();
    return new Factors(parts.right().mul(roots.view(-1, 1)).copy(), parts.left().mul(roots).copy());
  }

  /** The number of rows of A and columns of B. */
  public int rank() {
    return (int) a.size(0);
  }

  /** Their product, [out, in]. */
  public Tensor product() {
    return b.matmul(a);
  }
}
