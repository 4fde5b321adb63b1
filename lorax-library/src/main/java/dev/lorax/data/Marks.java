package dev.lorax.data;

import dev.lorax.chat.Span;
import dev.lorax.text.Encoding;
import java.util.Arrays;

/** Marks the tokens that hold a character of what is learned. */
final class Marks {
  private Marks() {}

  /**
   * For each token, whether a model learns to say it.
   *
   * <p>From the first to the last token of a part all are marked; where a part reaches the end of
   * the text, so are those that the tokenizer puts behind it.
   */
  static boolean[] of(Encoding encoding, Written written) {
    boolean[] marks = new boolean[encoding.ids().length];
    int token = 0;
    for (Span span : written.learned()) {
      while (token < marks.length && encoding.ends()[token] <= span.start()) {
        token++;
      }
      int from = token;
      boolean open = span.end() == written.text().length();
      while (token < marks.length && (open || encoding.starts()[token] < span.end())) {
        token++;
      }
      Arrays.fill(marks, from, token, true);
      token = Math.max(from, token - 1); // the next part may begin in the same token
    }
    return marks;
  }
}
