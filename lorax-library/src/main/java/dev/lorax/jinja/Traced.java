package dev.lorax.jinja;

import java.util.List;

/**
 * A text, and where its parts come from.
 *
 * @param rounds what rounds of loops over maps wrote, in the order of their ends
 * @param generations what {@code {% generation %}} blocks wrote, in order; from -1 to -1 within
 *     macros and other blocks that keep their text, where the place is not known
 */
public record Traced(String text, List<Part> rounds, List<Part> generations) {
  /** Copies the lists. */
  public Traced {
    rounds = List.copyOf(rounds);
    generations = List.copyOf(generations);
  }

  /**
   * A part of the text.
   *
   * @param item the loop's item, the same object as in the variables; null in a generation block
   * @param start its first character, in UTF-16 units
   * @param end after its last one
   */
  public record Part(Object item, int start, int end) {}
}
