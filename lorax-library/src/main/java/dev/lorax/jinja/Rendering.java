package dev.lorax.jinja;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** One run of a template: its text so far, what was noted of it, and how much it may still do. */
final class Rendering {
  private static final int MOST_ROUNDS = 5_000_000;
  private static final int DEEPEST_CALL = 150;

  private final Deque<StringBuilder> texts = new ArrayDeque<>();
  private final List<Traced.Part> rounds = new ArrayList<>();
  private final List<Traced.Part> generations = new ArrayList<>();
  private int roundsMade;
  private int depth;

  Rendering() {
    texts.push(new StringBuilder());
  }

  void write(String text) {
    StringBuilder out = texts.element();
    Text.checkLength((long) out.length() + text.length());
    out.append(text);
  }

  /** What a body writes, kept from the template's text. */
  String capture(Runnable body) {
    if (++depth > DEEPEST_CALL) {
      throw new TemplateException("maximum recursion depth exceeded");
    }
    texts.push(new StringBuilder());
    try {
      body.run();
      return texts.element().toString();
    } finally {
      texts.pop();
      depth--;
    }
  }

  /** Counts a round of a loop, so that none goes on for ever. */
  void round() {
    if (++roundsMade > MOST_ROUNDS) {
      throw new TemplateException("the template loops more than " + MOST_ROUNDS + " times");
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
