package dev.lorax.graph;

import dev.lorax.tensor.Tensor;

/** The keys and values that one attention node has seen of each sequence. */
public interface Cache {
  /** The number of positions that a sequence holds already. */
  int length(int sequence);

  /**
   * Appends to a sequence and returns all that it holds now.
   *
   * @param keys [key-value heads, time, head], the new positions'
   * @param values likewise
   */
  Entry append(int sequence, Tensor keys, Tensor values);

  /**
   * Keys and values of all positions of a sequence so far.
   *
   * @param keys [key-value heads, positions, head]
   * @param values likewise
   */
  record Entry(Tensor keys, Tensor values) {}
}
