package dev.lorax.algebra;

import dev.lorax.lora.Factors;
import dev.lorax.tensor.Tensor;

/**
 * One adapter's change of one matrix, {@code scale · B · A}, and its weight in a combination.
 *
 * @param factors A and B, float32
 * @param scale of the product, as alpha and rank make it
 * @param weight that the combination gives it
 */
public record Term(Factors factors, double scale, double weight) {
  /** The change, [out, in]. */
  Tensor product() {
    return factors.product().mul(scale);
  }
}
