package dev.lorax.algebra;

import dev.lorax.lora.Adapter;

/**
 * An adapter's part in a combination.
 *
 * @param name for messages
 * @param adapter which stays as it is
 * @param weight the factor on its change; a negative one takes the change away
 */
public record Weighted(String name, Adapter adapter, double weight) {
  /** Checks the weight. */
  public Weighted {
    if (!Double.isFinite(weight)) {
      throw new IllegalArgumentException(
          "The weight of '%s' must be a finite number, not %s".formatted(name, weight));
    }
  }
}
