package dev.lorax.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A matrix of signed bytes with one float32 scale for each row, {@code values[(block · in + column)
 * · 16 + row of the block]}: the last block may have rows of zeros.
 */
public final class Int8Weight implements Quantized {
  /** Rows are a multiple of this long. */
  static final int STEP = 4;

  private final Shape shape;
  private final DType type;
  private final int in;
  private final byte[] values;
  private final float[] scales;

  private Int8Weight(Shape shape, DType type, byte[] values, float[] scales) {
    this.shape = shape;
    this.type = type;
    this.in = (int) shape.get(1);
    this.values = values;
    this.scales = scales;
  }

  static Int8Weight of(Tensor matrix) {
    int in = (int) matrix.size(1);
    int out = Quantized.padded(matrix.size(0));
    byte[] values = new byte[Math.multiplyExact(out, in)];
    float[] scales = new float[out];
    Blocks.forEach(
        matrix,
        (first, rows) ->
            IntStream.range(0, rows.length / in)
                .parallel()
                .forEach(r -> scales[first + r] = row(rows, r * in, in, values, first + r)));
    return new Int8Weight(matrix.shape(), matrix.dtype(), values, scales);
  }

  /** Whether a matrix of that shape can be kept so: its rows are a multiple of 4 long. */
  public static boolean fits(Shape shape) {
    return shape.rank() == 2 && shape.get(1) % STEP == 0;
  }

  /**
   * A matrix that was quantised elsewhere.
   *
   * @param numbers int8, [out, in]
   * @param scales what the numbers of each row are multiples of
   * @param type of the matrix that was quantised
   */
  public static Int8Weight of(Tensor numbers, float[] scales, DType type) {
    int in = (int) numbers.size(1);
    int out = Quantized.padded(numbers.size(0));
    byte[] values = new byte[Math.multiplyExact(out, in)];
    Blocks.forEach(
        numbers,
        (first, rows) -> {
          for (int i = 0; i < rows.length; i++) {
            values[place(in, first + i / in) + i % in * Products.BLOCK] = (byte) rows[i];
          }
        });
    return new Int8Weight(numbers.shape(), type, values, Arrays.copyOf(scales, out));
  }

  private static float row(float[] rows, int from, int in, byte[] values, int row) {
    float largest = 0;
    for (int i = from; i < from + in; i++) {
      largest = Math.max(largest, Math.abs(rows[i]));
    }
    float inverse = largest == 0 ? 0 : 127 / largest;
    int to = place(in, row);
    for (int i = from; i < from + in; i++) {
      values[to] = (byte) Rounding.nearest(rows[i] * inverse);
      to += Products.BLOCK;
    }
    return largest / 127;
  }

  private static int place(int in, int row) {
    return row / Products.BLOCK * Products.BLOCK * in + row % Products.BLOCK;
  }

  @Override
  public Shape shape() {
    return shape;
  }

  @Override
  public String format() {
    return Precision.INT8.toString();
  }

  @Override
  public long byteCount() {
    return values.length + 4L * scales.length;
  }

  @Override
  public RowProduct.Work work(Products products, Rows x, Rows y) {
    List<Interleaved> parts = x.interleaved();
    return new BlockWork(
        y,
        (from, to, output) -> {
          for (Interleaved part : parts) {
            products.int8(values, scales, from, to, part, output);
          }
        });
  }

  @Override
  public void write(Products products, Region part, Plain target) {
    products.int8Values(values, scales, in, part, target);
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
    for (int i = 0; i < in; i++) {
      to[at + i] = values[place(in, row) + i * Products.BLOCK] * scales[row];
    }
  }

  @Override
  public String toString() {
    return "int8" + Arrays.toString(shape.toArray());
  }
}
