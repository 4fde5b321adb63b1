package dev.lorax.jinja;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** One run of a template: its text so far, and what was noted of it. */
final class Rendering {
  private final Budget budget;
  private final Deque<StringBuilder> texts = new ArrayDeque<>();
  private final List<Traced.Part> rounds = new ArrayList<>();
  private final List<Traced.Part> generations = new ArrayList<>();

  Rendering(Budget budget) {
    this.budget = budget;
    texts.push(new StringBuilder());
  }

  Budget budget() {
    return budget;
  }

  void write(String text) {
    texts.element().append(Budget.made(text));
  }

  /** What a body writes, kept from the template's text. */
  String capture(Runnable body) {
    texts.push(new StringBuilder());
    try {
      body.run();
      return texts.element().toString();
    } finally {
      texts.pop();
    }
  }

  /** Whether what is written now has its place in the text at once. */
  boolean isOutermost() {
    return texts.size() == 1;
  }

  /** Units of the innermost text. */
  int length() {
    return texts.element().length();
  }

  /** Notes what a round of a loop has written since a place. */
  void noteRound(Object item, int start) {
    rounds.add(new Traced.Part(item, start, length()));
  }

  /** Notes what a generation block has written since a place. */
  void noteGeneration(int start) {
    boolean placed = isOutermost();
    generations.add(new Traced.Part(null, placed ? start : -1, placed ? length() : -1));
  }

  Traced traced() {
    return new Traced(texts.element().toString(), rounds, generations);
  }
}
