package dev.lorax.tensor;

/**
 * One row of x rounded to whole numbers of at most 255, with a scale for each 32.
 *
 * <p>255 is the most with which 16 products with numbers from −8 to 7 sum up in 16 bits.
 *
 * @param pairs two neighbouring columns an int, the even one in the low half
 * @param offsets for each group −8 times the sum of the even and of the odd columns, as a pair: it
 *     turns sums of q into sums of q − 8
 * @param scales one for each group
 */
record Rounded(int[] pairs, int[] offsets, float[] scales) {
  private static final float MOST = 255;

  static Rounded of(float[] x, int from, int length) {
    int groups = length / Int4Weight.GROUP;
    Rounded row = new Rounded(new int[length / 2], new int[groups], new float[groups]);
    for (int g = 0; g < groups; g++) {
      row.fill(x, from + g * Int4Weight.GROUP, g);
    }
    return row;
  }

  private void fill(float[] x, int from, int group) {
    float largest = 0;
    for (int i = from; i < from + Int4Weight.GROUP; i++) {
      largest = Math.max(largest, Math.abs(x[i]));
    }
    float inverse = largest == 0 ? 0 : MOST / largest;
    int even = 0;
    int odd = 0;
    for (int i = 0; i < Int4Weight.GROUP / 2; i++) {
      int low = (int) Math.rint(x[from + 2 * i] * inverse);
      int high = (int) Math.rint(x[from + 2 * i + 1] * inverse);
      pairs[group * Int4Weight.GROUP / 2 + i] = low & 0xffff | high << 16;
      even += low;
      odd += high;
    }
    offsets[group] = -8 * even & 0xffff | -8 * odd << 16;
    scales[group] = largest / MOST;
  }
}
