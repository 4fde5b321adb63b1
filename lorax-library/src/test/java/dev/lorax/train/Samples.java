package dev.lorax.train;

import dev.lorax.data.Example;
import dev.lorax.data.Examples;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Samples made by hand.
 *
 * @param all what each number gives
 */
record Samples(List<List<Example>> all) implements Examples {
  /** Samples of 2 to 11 tokens that begin with their number, about half of the tokens learned. */
  static Samples ragged(int count) {
    Random random = new Random(7);
    List<List<Example>> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(List.of(example(i, 2 + random.nextInt(10), random)));
    }
    return new Samples(all);
  }

  private static Example example(int number, int length, Random random) {
    int[] tokens = random.ints(length, 0, 29).toArray();
    tokens[0] = number % 29;
    boolean[] supervised = new boolean[length];
    for (int i = 0; i < length; i++) {
      supervised[i] = i == length - 1 || random.nextBoolean();
    }
    return new Example(tokens, supervised);
  }

  /** The same, where that number gives something else. */
  Samples with(int number, Example... examples) {
    List<List<Example>> changed = new ArrayList<>(all);
    changed.set(number, List.of(examples));
    return new Samples(changed);
  }

  /** A sample from which nothing is learned: nothing predicts the first token. */
  static Example masked() {
    return masked(2);
  }

  /** The same, of so many tokens. */
  static Example masked(int length) {
    boolean[] supervised = new boolean[length];
    supervised[0] = true;
    return new Example(new int[length], supervised);
  }

  @Override
  public int count() {
    return all.size();
  }

  @Override
  public int length(int index) {
    return all.get(index).stream().mapToInt(example -> example.tokens().length).sum();
  }

  @Override
  public List<Example> examples(int index) {
    return all.get(index);
  }
}
