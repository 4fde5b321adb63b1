package dev.lorax.lora;

import java.util.function.ToDoubleFunction;

/**
 * LoRA+ (Hayou et al. 2024): B learns faster than A. It gives a trainer the factor on the learning
 * rate of each parameter: 1 for A, the ratio for B.
 *
 * @param ratio of the learning rates of B and A
 */
public record LoraPlus(double ratio) implements ToDoubleFunction<String> {
  /** With the ratio that the paper advises, 16. */
  public LoraPlus() {
    this(16);
  }

  /** Checks the ratio. */
  public LoraPlus {
    if (!(ratio > 0) || Double.isInfinite(ratio)) {
      throw new IllegalArgumentException(
          "The ratio of the learning rates of B and A must be positive and finite, not " + ratio);
    }
  }

  @Override
  public double applyAsDouble(String parameter) {
    return parameter.endsWith(".lora.b") ? ratio : 1;
  }
}
