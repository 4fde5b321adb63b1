package dev.lorax.train;

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
}
