package dev.lorax.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A matrix of 4-bit numbers q in 0..15 that stand for {@code (q − 8) · scale}, with a bfloat16
 * scale for each 32 of a row, found by least squared error.
 *
 * <p>Rows lie in blocks of 16. A block holds, for each 64 columns, 16 ints with the scales of both
 * groups, the first in the low half, then eight times 16 ints: for each row one int, with columns
 * 8c to 8c + 7 in the nibbles {@link #NIBBLE} names. So a block is one stream, and a vector of ints
 * has pairs of neighbouring columns in its 16-bit halves. The last block may have rows of zeros.
 */
public final class Int4Weight implements Quantized {
  /** Rows of a block. */
  static final int ROWS = Products.BLOCK;

  /** Columns that share a scale. */
  static final int GROUP = 32;

  /** Ints of a block for each 64 columns. */
  static final int STRIDE = 9 * ROWS;

  /** Shift of column i of 8: even columns in the low half of the int, odd ones in the high half. */
  private static final int[] NIBBLE = {0, 16, 4, 20, 8, 24, 12, 28};

  /** Shares of the full range that are tried as scale. */
  private static final float[] SHARES = {1f, 0.95f, 0.9f, 0.85f, 0.8f, -1f, -0.95f, -0.9f};

  private final Shape shape;
  private final DType type;
  private final int in;
  private final int[] packed;

  private Int4Weight(Tensor matrix, int[] packed) {
    this.shape = matrix.shape();
    this.type = matrix.dtype();
    this.in = (int) matrix.size(1);
    this.packed = packed;
  }

  static Int4Weight of(Tensor matrix) {
    int in = (int) matrix.size(1);
    long ints = (long) Quantized.padded(matrix.size(0)) / ROWS * (in / 64) * STRIDE;
    int[] packed = new int[Math.toIntExact(ints)];
    Blocks.forEach(
        matrix,
        (first, rows) ->
            IntStream.range(0, rows.length / in)
                .parallel()
                .forEach(r -> pack(rows, r * in, in, packed, first + r)));
    return new Int4Weight(matrix, packed);
  }

  private static void pack(float[] rows, int from, int in, int[] packed, int row) {
    for (int column = 0; column < in; column += GROUP) {
      float scale = scale(rows, from + column);
      float inverse = inverse(scale);
      int place = place(in, row, column);
      int half = column % 64 == 0 ? 0 : 16;
      packed[scalePlace(in, row, column)] |= (Float.floatToRawIntBits(scale) >>> 16) << half;
      for (int i = 0; i < GROUP; i++) {
        int q = quantized(rows[from + column + i], inverse) + 8;
        packed[place + i / 8 * ROWS] |= q << NIBBLE[i % 8];
      }
    }
  }

  private static int scalePlace(int in, int row, int column) {
    return (row / ROWS * (in / 64) + column / 64) * STRIDE + row % ROWS;
  }

  private static int place(int in, int row, int column) {
    return scalePlace(in, row, column) + ROWS + column % 64 / 8 * ROWS;
  }

  private static int quantized(float value, float inverse) {
    return Math.max(-8, Math.min(7, Rounding.nearest(value * inverse)));
  }

  private static float inverse(float scale) {
    return scale == 0 ? 0 : 1 / scale;
  }

  /**
   * The bfloat16 scale with the least squared error; its sign says which end −8 stands for.
   *
   * <p>Numbers q of some first scale fit the values v best with the scale {@code s = Σqv / Σq²};
   * what is left of {@code Σv²} then is {@code Σv² − s · Σqv}.
   */
  private static float scale(float[] values, int from) {
    float extreme = 0;
    for (int i = from; i < from + GROUP; i++) {
      extreme = Math.abs(values[i]) > Math.abs(extreme) ? values[i] : extreme;
    }
    float best = 0;
    float most = 0;
    for (float share : SHARES) {
      float inverse = inverse(extreme / -8 * share);
      float product = 0;
      float square = 0;
      for (int i = from; i < from + GROUP; i++) {
        int q = quantized(values[i], inverse);
        product += q * values[i];
        square += q * q;
      }
      if (product * product > most * square) {
        most = product * product / square;
        best = product / square;
      }
    }
    return Rounding.bfloat16(best);
  }

  @Override
  public Shape shape() {
    return shape;
  }

  @Override
  public String format() {
    return Precision.INT4.toString();
  }

  @Override
  public long byteCount() {
    return 4L * packed.length;
  }

  @Override
  public RowProduct.Work work(Products products, Rows x, Rows y) {
    List<Rounded> parts = x.rounded();
    return new BlockWork(
        y,
        (from, to, output) -> {
          for (Rounded part : parts) {
            products.int4(packed, from, to, part, output);
          }
        });
  }

  @Override
  public void write(Products products, Region part, Plain target) {
    products.int4Values(packed, in, part, target);
  }

  @Override
  public boolean isByColumn() {
    return true;
  }

  @Override
  public DType type() {
    return type;
  }

  @Override
  public void row(int row, float[] to, int at) {
    for (int column = 0; column < in; column++) {
      to[at + column] = value(packed, in, row, column);
    }
  }

  static float value(int[] packed, int in, int row, int column) {
    int scales = packed[scalePlace(in, row, column)];
    float scale = Float.intBitsToFloat(column % 64 < GROUP ? scales << 16 : scales & 0xffff0000);
    int word = packed[place(in, row, column)];
    return ((word >>> NIBBLE[column % 8] & 15) - 8) * scale;
  }

  @Override
  public String toString() {
    return "int4" + Arrays.toString(shape.toArray());
  }
}
