package dev.lorax.graph;

import java.util.List;

/** A program that comes in several variants, of which each sequence of a batch chooses one. */
public interface Variants extends Parameterized {
  /** The variants that have a name; number 0 is the program without any. */
  List<String> names();

  /**
   * The number by which a pass chooses a variant, from 1 up.
   *
   * @throws IllegalArgumentException if there is none of that name; the message lists those there
   *     are
   */
  default int number(String name) {
    int index = names().indexOf(name);
    if (index < 0) {
      throw new IllegalArgumentException(
          "There is no adapter '%s': known are %s".formatted(name, String.join(", ", names())));
    }
    return 1 + index;
  }
}
