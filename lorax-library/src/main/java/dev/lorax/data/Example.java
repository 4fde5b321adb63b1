package dev.lorax.data;

/**
 * One sample as a model learns it.
 *
 * @param tokens its ids, special ones included
 * @param supervised for each of them, whether the model learns to say it
 */
public record Example(int[] tokens, boolean[] supervised) {
  /** Checks that the parts agree. */
  public Example {
    if (tokens.length != supervised.length || tokens.length == 0) {
      throw new IllegalArgumentException(
          "%d tokens do not fit %d marks".formatted(tokens.length, supervised.length));
    }
  }

  /** How many tokens are learned; the first never is, since nothing predicts it. */
  public int learned() {
    int count = 0;
    for (int i = 1; i < supervised.length; i++) {
      count += supervised[i] ? 1 : 0;
    }
    return count;
  }
}
