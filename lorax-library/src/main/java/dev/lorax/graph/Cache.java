package dev.lorax.graph;

import dev.lorax.tensor.HeldRows;
import dev.lorax.tensor.Rows;
import dev.lorax.tensor.Tensor;
import java.util.List;

/** The keys and values that one attention node has seen of each sequence. */
public interface Cache {
  /** The number of positions that a sequence holds already. */
  int length(int sequence);

  /**
   * Appends to one sequence and returns all that it holds now.
   *
   * @param keys [key-value heads, time, head], the new positions'
   * @param values likewise
   */
  Entry append(int sequence, Tensor keys, Tensor values);

  /**
   * Appends one position to every sequence and returns all that they hold now: parts that follow
   * each other, each for one product.
   *
   * @param keys [sequences, key-value heads, head], the new positions'
   * @param values likewise
   * @param window how many positions back a query sees, itself included
   */
  List<Step> appendEach(Tensor keys, Tensor values, long window);

  /**
   * Appends one position to every sequence, on the heap, and returns where all lie.
   *
   * @param keys [sequences, key-value heads · head], the new positions'
   * @param values likewise
   * @param heads of keys and values
   */
  HeldRows append(Rows keys, Rows values, int heads);

  /**
   * Keys and values of all positions of a sequence so far.
   *
   * @param keys [key-value heads, positions, head]
   * @param values likewise
   */
  record Entry(Tensor keys, Tensor values) {}

  /**
   * Keys and values of sequences that follow each other, and which of them their last tokens see.
   *
   * <p>Keys lie transposed, as the product with queries reads them fastest. There may be more
   * positions than a sequence holds; the bias hides them.
   *
   * @param sequences how many
   * @param keys [sequences · key-value heads, head, positions]
   * @param values [sequences · key-value heads, positions, head]
   * @param bias [sequences · key-value heads, 1, positions]: 0 where the last token of the sequence
   *     sees the position, −∞ elsewhere
   */
  record Step(int sequences, Tensor keys, Tensor values, Tensor bias) {}
}
