package dev.lorax.tensor;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A matrix of 4-bit numbers q in 0..15 that stand for {@code (q − 8) · scale}, with a bfloat16
 * scale for each 32 of a row, found by least squared error.
 *
 * <p>Rows lie in blocks of 16. A block holds, for each 64 columns, 16 ints with the scales of both
 * groups, the first in the low half, then eight times 16 ints: for each row one int, with columns
 * 8c to 8c + 7 in the nibbles {@link #NIBBLE} names. So a block is one stream, and a vector of ints
 * has pairs of neighbouring columns in its 16-bit halves.
 */
public final class Int4Weight implements Quantized {
  /** Rows of a block. */
  static final int ROWS = 16;

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
    long ints = matrix.size(0) / ROWS * (in / 64) * STRIDE;
    int[] packed = new int[Math.toIntExact(ints)];
    Blocks.forEach(
        matrix,
        (first, rows) ->
            IntStream.range(0, rows.length / in / ROWS)
                .parallel()
                .forEach(
                    b -> {
                      for (int r = b * ROWS; r < (b + 1) * ROWS; r++) {
                        pack(rows, r * in, in, packed, first + r);
                      }
                    }));
    return new Int4Weight(matrix, packed);
  }

  private static void pack(float[] rows, int from, int in, int[] packed, int row) {
    for (int column = 0; column < in; column += GROUP) {
      float scale = scale(rows, from + column);
      int place = place(in, row, column);
      int half = column % 64 == 0 ? 0 : 16;
      packed[scalePlace(in, row, column)] |= (Float.floatToRawIntBits(scale) >>> 16) << half;
      for (int i = 0; i < GROUP; i++) {
        int q = quantized(rows[from + column + i], scale) + 8;
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

  private static int quantized(float value, float scale) {
    return scale == 0 ? 0 : Math.max(-8, Math.min(7, Math.round(value / scale)));
  }

  /** The bfloat16 scale with the least squared error; its sign says which end −8 stands for. */
  private static float scale(float[] values, int from) {
    float extreme = 0;
    for (int i = from; i < from + GROUP; i++) {
      extreme = Math.abs(values[i]) > Math.abs(extreme) ? values[i] : extreme;
    }
    float best = 0;
    float least = Float.POSITIVE_INFINITY;
    for (float share : SHARES) {
      float scale = fitted(values, from, extreme / -8 * share);
      float error = error(values, from, scale);
      if (error < least) {
        least = error;
        best = scale;
      }
    }
    return best;
  }

  /** The scale that fits best to the numbers that a first scale gives. */
  private static float fitted(float[] values, int from, float first) {
    float product = 0;
    float square = 0;
    for (int i = from; i < from + GROUP; i++) {
      int q = quantized(values[i], first);
      product += q * values[i];
      square += q * q;
    }
    float scale = square == 0 ? 0 : product / square;
    return Float.intBitsToFloat(Float.floatToRawIntBits(scale) + 0x8000 & 0xffff0000);
  }

  private static float error(float[] values, int from, float scale) {
    float sum = 0;
    for (int i = from; i < from + GROUP; i++) {
      float difference = values[i] - quantized(values[i], scale) * scale;
      sum += difference * difference;
    }
    return sum;
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
  public Tensor multiply(Tensor x, Tensor bias) {
    return Products.multiply(this, x, bias);
  }

  @Override
  public void product(Products products, float[] x, int tokens, float[] y) {
    int out = (int) shape.get(0);
    Rounded[] rows = new Rounded[tokens];
    for (int t = 0; t < rows.length; t++) {
      rows[t] = Rounded.of(x, t * in, in);
    }
    Workers.shared()
        .run(
            out,
            Products.CHUNK,
            (from, to) -> {
              for (int t = 0; t < rows.length; t++) {
                products.int4(packed, in, from, to, rows[t], y, t * out);
              }
            });
  }

  @Override
  public DType type() {
    return type;
  }

  @Override
  public void row(int row, float[] to, int at) {
    for (int column = 0; column < in; column++) {
      int scales = packed[scalePlace(in, row, column)];
      float scale = Float.intBitsToFloat(column % 64 < GROUP ? scales << 16 : scales & 0xffff0000);
      int word = packed[place(in, row, column)];
      to[at + column] = ((word >>> NIBBLE[column % 8] & 15) - 8) * scale;
    }
  }

  @Override
  public String toString() {
    return "int4" + Arrays.toString(shape.toArray());
  }
}
