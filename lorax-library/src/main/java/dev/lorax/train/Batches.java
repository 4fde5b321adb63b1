package dev.lorax.train;

import dev.lorax.data.Examples;
import dev.lorax.data.Mixture;

/**
 * An endless supply of batches, each a pure function of its number.
 *
 * <p>That makes runs reproducible, and lets them be resumed anywhere.
 */
@FunctionalInterface
public interface Batches {
  /** The batch of that number, from 0. */
  Batch batch(long number);

  /**
   * Windows of a text.
   *
   * @param tokens the whole text
   * @param length tokens of each window
   * @throws IllegalArgumentException if the text is shorter than one window and the token after it
   */
  static Windows windows(int[] tokens, int length) {
    return Windows.of(tokens, length);
  }

  /**
   * Samples of any lengths, with no padding.
   *
   * @throws IllegalArgumentException if there is none
   */
  static ExampleBatches examples(Examples examples) {
    return ExampleBatches.of(examples);
  }

  /**
   * Samples of several sources, with no padding.
   *
   * @throws IllegalArgumentException if there is none
   */
  static ExampleBatches examples(Mixture mixture) {
    return ExampleBatches.of(mixture);
  }

  /**
   * The same batches, the next few of each made while a step runs.
   *
   * @param count how many at most, which is how many are held in memory
   */
  default BatchesAhead ahead(int count) {
    return new BatchesAhead(this, count);
  }
}
