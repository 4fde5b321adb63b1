package dev.lorax.tensor;

import java.util.List;

/**
 * Where the keys and values of sequences lie.
 *
 * @param memory of each sequence
 * @param capacity positions for which there is room, a multiple of 64
 * @param lengths how many positions each holds
 */
public record HeldRows(List<Memory> memory, int capacity, int[] lengths) {
  /**
   * Where those of one sequence lie, float32.
   *
   * @param keys [key-value heads, head, capacity]
   * @param values [key-value heads, capacity, head]
   */
  public record Memory(Span keys, Span values) {}
}
