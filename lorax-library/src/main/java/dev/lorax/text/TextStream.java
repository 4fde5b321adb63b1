package dev.lorax.text;

import java.util.Arrays;

/**
 * Turns ids into text while they arrive, and gives each piece as soon as no later id can change it.
 *
 * <p>The pieces together are exactly {@link Tokenizer#decode} of all ids. A character that needs
 * several ids comes whole or not at all. Where a tokenizer falls back to bytes ({@code <0xE4>}), a
 * run of byte tokens waits for its end: one bad byte turns the whole run into replacement
 * characters.
 *
 * <p>Only the last few tokens are decoded again, so the cost of a token does not grow with the
 * text. One stream serves one sequence, on one thread.
 */
public final class TextStream {
  private static final char REPLACEMENT = '\uFFFD';

  /** How many ids before the text are looked at; a character needs four at most. */
  private static final int CONTEXT = 16;

  private final Tokenizer tokenizer;

  /** The tokens still needed: first those that only give context, then the undecided ones. */
  private int[] window = new int[16];

  private int size;

  /** How many tokens of the window are context: all their text has been given out. */
  private int context;

  /** How many characters of the window's text have been given out. */
  private int given;

  TextStream(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /** Takes ids whose text is known: only what later ids add to it will be given. */
  TextStream after(int[] ids) {
    int from = Math.max(0, ids.length - CONTEXT);
    while (from > 0 && tokenizer.vocabulary().isByte(ids[from])) {
      from--; // a run of bytes is read from its start
    }
    for (int i = from; i < ids.length; i++) {
      next(ids[i]);
    }
    String text = text(0, size);
    int known = text.length();
    while (known > given && text.charAt(known - 1) == REPLACEMENT) {
      known--; // half a character: the other half may follow
    }
    given = Math.max(given, known);
    return this;
  }

  /** Takes the next id and returns the text that has become certain, which may be empty. */
  public String next(int id) {
    if (tokenizer.vocabulary().isSkipped(id)) {
      return "";
    }
    append(id);
    if (tokenizer.vocabulary().isByte(id)) {
      return "";
    }
    String text = text(0, size);
    boolean whole = text.isEmpty() || text.charAt(text.length() - 1) != REPLACEMENT;
    // A character's first bytes decode to exactly one replacement character, the last one.
    String piece = take(text, whole ? text.length() : text.length() - 1);
    if (whole) {
      slide();
    } else {
      cut(text);
    }
    return piece;
  }

  /**
   * Ends the sequence: returns the text still held back, and makes the stream ready for another.
   */
  public String finish() {
    String text = text(0, size);
    String piece = take(text, text.length());
    size = 0;
    context = 0;
    given = 0;
    return piece;
  }

  private String take(String text, int end) {
    if (end <= given) {
      return "";
    }
    String piece = text.substring(given, end);
    given = end;
    return piece;
  }

  /**
   * Lets the old context go; the tokens just given out become the new one.
   *
   * <p>Some context must stay, and must have a text: the first token of a sequence is decoded
   * without its leading space.
   */
  private void slide() {
    int length = text(context, size).length();
    if (length > 0) {
      drop(context);
      given = length;
      context = size;
    }
  }

  /**
   * Drops all but the last token where it starts afresh: bytes that can never become a character
   * would otherwise fill the window.
   */
  private void cut(String text) {
    if (size < 2) {
      return;
    }
    String last = text(size - 1, size);
    if (text.equals(text(0, size - 1) + last)) {
      drop(size - 1);
      context = 0;
      given = last.length() - 1;
    }
  }

  private void drop(int count) {
    System.arraycopy(window, count, window, 0, size - count);
    size -= count;
  }

  private void append(int id) {
    if (size == window.length) {
      window = Arrays.copyOf(window, 2 * size);
    }
    window[size++] = id;
  }

  private String text(int from, int to) {
    return tokenizer.decode(window, from, to);
  }

  /** How many tokens are kept, for the test that this stays small. */
  int kept() {
    return size;
  }
}
