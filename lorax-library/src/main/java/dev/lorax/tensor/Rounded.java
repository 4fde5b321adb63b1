package dev.lorax.tensor;

import java.util.ArrayList;
import java.util.List;

/**
 * One or four rows of x rounded to whole numbers of at most 255, with a scale for each 32 of a row.
 *
 * <p>255 is the most with which 16 products with numbers from −8 to 7 sum up in 16 bits. Four rows
 * lie column by column: what is said here of index i holds for i · tokens + row.
 *
 * @param first which of all rows is the first of these
 * @param tokens 1 or 4
 * @param pairs two neighbouring columns an int, the even one in the low half; four pairs belong to
 *     one int of the weight, and from each but the first 16 times the one before is subtracted: so
 *     they multiply {@code word >>> 4 · n}, with the higher nibbles left in it, since 16 bits carry
 *     all sums modulo 65,536
 * @param offsets for each group −8 times the sum of the even and of the odd columns, as a pair: it
 *     turns sums of q into sums of q − 8
 * @param scales one for each group
 */
record Rounded(int first, int tokens, int[] pairs, int[] offsets, float[] scales) {
  private static final float MOST = 255;
  private static final int GROUP = Int4Weight.GROUP;

  /** All rows of x, four at a time while there are. */
  static List<Rounded> parts(float[] x, int count, int in) {
    List<Rounded> parts = new ArrayList<>();
    for (int first = 0; first < count; ) {
      int tokens = count - first >= 4 ? 4 : 1;
      int groups = in / GROUP * tokens;
      Rounded part =
          new Rounded(
              first, tokens, new int[groups * GROUP / 2], new int[groups], new float[groups]);
      for (int row = 0; row < tokens; row++) {
        for (int group = 0; group < in / GROUP; group++) {
          part.fill(x, (first + row) * in + group * GROUP, group, row);
        }
      }
      parts.add(part);
      first += tokens;
    }
    return parts;
  }

  private void fill(float[] x, int from, int group, int row) {
    float largest = 0;
    for (int i = from; i < from + GROUP; i++) {
      largest = Math.max(largest, Math.abs(x[i]));
    }
    float inverse = largest == 0 ? 0 : MOST / largest;
    int even = 0;
    int odd = 0;
    int lowBefore = 0;
    int highBefore = 0;
    for (int i = 0; i < GROUP / 2; i++) {
      int low = Rounding.nearest(x[from + 2 * i] * inverse);
      int high = Rounding.nearest(x[from + 2 * i + 1] * inverse);
      boolean begins = i % 4 == 0;
      pairs[(group * GROUP / 2 + i) * tokens + row] =
          begins ? pair(low, high) : pair(low - 16 * lowBefore, high - 16 * highBefore);
      lowBefore = low;
      highBefore = high;
      even += low;
      odd += high;
    }
    offsets[group * tokens + row] = pair(-8 * even, -8 * odd);
    scales[group * tokens + row] = largest / MOST;
  }

  private static int pair(int low, int high) {
    return low & 0xffff | high << 16;
  }
}
