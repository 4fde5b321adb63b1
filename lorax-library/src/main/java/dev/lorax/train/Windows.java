package dev.lorax.train;

import dev.lorax.graph.Seeds;
import dev.lorax.graph.Sequences;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Windows of one long text: at random places, or one after the other.
 *
 * <p>Every row of a window learns to predict the token that follows it in the text.
 */
public final class Windows implements Batches {
  private static final int MOST_TOKENS = 1 << 30; // of a batch, which is one array

  private final int[] tokens;
  private final int length;
  private final int size;
  private final boolean consecutive;
  private final long seed;

  private Windows(int[] tokens, int length, int size, boolean consecutive, long seed) {
    this.tokens = tokens;
    this.length = length;
    this.size = size;
    this.consecutive = consecutive;
    this.seed = seed;
  }

  static Windows of(int[] tokens, int length) {
    if (length < 1) {
      throw new IllegalArgumentException("A window needs at least 1 token, not " + length);
    }
    if (tokens.length == 0) {
      throw new IllegalArgumentException("The text is empty: there is nothing to learn from");
    }
    if (tokens.length <= length) {
      throw new IllegalArgumentException(
          "The text has %d tokens, too few for one window of %d: give more text or a shorter window"
              .formatted(tokens.length, length));
    }
    return new Windows(tokens.clone(), length, 1, false, 0);
  }

  /** That many windows in each batch. */
  public Windows size(int windows) {
    if (windows < 1) {
      throw new IllegalArgumentException("A batch needs at least 1 window, not " + windows);
    }
    if ((long) windows * length > MOST_TOKENS) {
      throw new IllegalArgumentException(
          "A batch of %d windows of %d tokens is too large: take at most %d windows"
              .formatted(windows, length, MOST_TOKENS / length));
    }
    return new Windows(tokens, length, windows, consecutive, seed);
  }

  /** Windows one after the other from the start of the text, and round again. */
  public Windows consecutive() {
    return new Windows(tokens, length, size, true, seed);
  }

  /** Windows at random places, chosen by that seed; this is the default, with seed 0. */
  public Windows random(long places) {
    return new Windows(tokens, length, size, false, places);
  }

  /** How many windows fit one after the other. */
  public long count() {
    return (tokens.length - 1) / length;
  }

  @Override
  public Batch batch(long number) {
    int[] inputs = new int[size * length];
    int[] targets = new int[size * length];
    SplittableRandom random = new SplittableRandom(Seeds.mix(seed, number));
    for (int i = 0; i < size; i++) {
      int start =
          consecutive
              ? (int) ((number * size + i) % count()) * length
              : random.nextInt(tokens.length - length);
      System.arraycopy(tokens, start, inputs, i * length, length);
      System.arraycopy(tokens, start + 1, targets, i * length, length);
    }
    return new Batch(inputs, targets, Sequences.uniform(size, length));
  }

  /**
   * The text cut in two: the last share is held out, to measure on what was not learned from.
   *
   * @param share of the tokens, in (0, 1)
   */
  public static Split split(int[] tokens, double share) {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException("The held-out share must be in (0, 1), not " + share);
    }
    int cut = tokens.length - (int) Math.round(tokens.length * share);
    return new Split(
        Arrays.copyOfRange(tokens, 0, cut), Arrays.copyOfRange(tokens, cut, tokens.length));
  }

  /**
   * A text in two parts.
   *
   * @param train what is learned from
   * @param heldOut what is measured on
   */
  public record Split(int[] train, int[] heldOut) {}
}
