package dev.lorax.data;

import java.util.List;

/**
 * Samples in two parts: those to learn from, and those held out to measure on.
 *
 * @param train what is learned from
 * @param heldOut what is measured on; may have none
 */
public record Split(Examples train, Examples heldOut) {
  /**
   * Holds out a share, chosen by the seed: the same numbers in every run.
   *
   * @param share in [0, 1); at least one sample is left to learn from
   */
  public static Split of(Examples all, double share, long seed) {
    if (!(share >= 0 && share < 1)) {
      throw new IllegalArgumentException("The held-out share must be in [0, 1), not " + share);
    }
    int count = all.count();
    int held = Math.max(0, Math.min(count - 1, (int) Math.round(count * share)));
    Permutation order = new Permutation(count, seed);
    return new Split(new Part(all, order, held, count - held), new Part(all, order, 0, held));
  }

  /** Some of the samples, at places of an order. */
  private record Part(Examples all, Permutation order, int from, int count) implements Examples {
    private int number(int index) {
      if (index < 0 || index >= count) {
        throw new IndexOutOfBoundsException("sample %d of %d".formatted(index, count));
      }
      return (int) order.at(from + index);
    }

    @Override
    public int length(int index) {
      return all.length(number(index));
    }

    @Override
    public List<Example> examples(int index) {
      return all.examples(number(index));
    }

    @Override
    public String place(int index) {
      return all.place(number(index));
    }
  }
}
