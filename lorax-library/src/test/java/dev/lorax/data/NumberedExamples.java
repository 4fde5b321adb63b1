package dev.lorax.data;

import java.util.List;

/** Samples that say their own number. */
record NumberedExamples(int from, int count) implements Examples {
  @Override
  public int length(int index) {
    return from + index;
  }

  @Override
  public List<Example> examples(int index) {
    if (index < 0 || index >= count) {
      throw new IndexOutOfBoundsException(index);
    }
    return List.of(new Example(new int[] {from + index}, new boolean[1]));
  }

  static int number(Examples examples, int index) {
    int number = examples.examples(index).get(0).tokens()[0];
    if (examples.length(index) != number) {
      throw new AssertionError("length and example are of different samples");
    }
    return number;
  }
}
