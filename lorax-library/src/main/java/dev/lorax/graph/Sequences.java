package dev.lorax.graph;

import java.util.Arrays;
import java.util.List;

/**
 * How the rows of a value fall into sequences: the first {@code lengths[0]} rows are the first
 * sequence, and so on. There is no padding; sequences do not see each other.
 */
public final class Sequences {
  private final int[] lengths;
  private final int rows;

  private Sequences(int[] lengths) {
    this.lengths = lengths;
    this.rows = Arrays.stream(lengths).sum();
  }

  /**
   * Sequences of those lengths.
   *
   * @throws IllegalArgumentException if there is none, or one is empty
   */
  public static Sequences of(int... lengths) {
    if (lengths.length == 0 || Arrays.stream(lengths).anyMatch(length -> length < 1)) {
      throw new IllegalArgumentException(
          "Sequences need at least one token each, not " + Arrays.toString(lengths));
    }
    return new Sequences(lengths.clone());
  }

  /** {@code count} sequences of the same length. */
  public static Sequences uniform(int count, int length) {
    int[] lengths = new int[count];
    Arrays.fill(lengths, length);
    return of(lengths);
  }

  /** The lengths of those lists. */
  public static Sequences of(List<int[]> tokens) {
    return of(tokens.stream().mapToInt(list -> list.length).toArray());
  }

  /** The number of sequences. */
  public int count() {
    return lengths.length;
  }

  /** The number of rows of all sequences together. */
  public int rows() {
    return rows;
  }

  /** The number of rows of one sequence. */
  public int length(int sequence) {
    return lengths[sequence];
  }

  /** The number of rows of the longest sequence. */
  public int longest() {
    return Arrays.stream(lengths).max().orElseThrow();
  }

  /** Whether all have the same length, so that values can be seen as [count, length, …]. */
  public boolean isUniform() {
    return Arrays.stream(lengths).allMatch(length -> length == lengths[0]);
  }

  @Override
  public String toString() {
    return "Sequences" + Arrays.toString(lengths);
  }
}
