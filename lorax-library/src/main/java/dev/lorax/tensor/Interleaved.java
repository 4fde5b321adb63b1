package dev.lorax.tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * One, two or eight rows of x, as the products with bytes read them: one where it lies, more of
 * them column by column.
 *
 * @param first which of all rows is the first of these
 * @param tokens 1, 2 or 8
 * @param in the length of a row
 * @param x all rows
 * @param bits the columns of several rows, {@code bits[column · tokens + row]}, as ints: the
 *     compiler broadcasts an int straight from memory, but not a float
 */
record Interleaved(int first, int tokens, int in, float[] x, int[] bits) {
  /** Those rows of x in as few parts as cost least. */
  static List<Interleaved> parts(float[] x, int count, int in) {
    List<Interleaved> parts = new ArrayList<>();
    for (int first = 0; first < count; ) {
      int left = count - first;
      int tokens = left >= 8 ? 8 : Math.min(left, 2);
      parts.add(new Interleaved(first, tokens, in, x, columns(x, first * in, in, tokens)));
      first += tokens;
    }
    return parts;
  }

  /** Where its first row begins in x. */
  int start() {
    return first * in;
  }

  private static int[] columns(float[] x, int from, int in, int tokens) {
    int[] bits = new int[tokens == 1 ? 0 : tokens * in];
    for (int at = 0, column = from; at < bits.length; column++) {
      for (int row = 0; row < tokens; row++) {
        bits[at++] = Float.floatToRawIntBits(x[column + row * in]);
      }
    }
    return bits;
  }
}
