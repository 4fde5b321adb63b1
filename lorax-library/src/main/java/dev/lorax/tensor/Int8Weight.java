package dev.lorax.tensor;

import java.util.Arrays;
import java.util.stream.IntStream;

/** A matrix of signed bytes in row order, with one float32 scale for each row. */
public final class Int8Weight implements Quantized {
  /** Rows are a multiple of this long. */
  static final int STEP = 64;

  private final Shape shape;
  private final DType type;
  private final int in;
  private final byte[] values;
  private final float[] scales;

  private Int8Weight(Tensor matrix, byte[] values, float[] scales) {
    this.shape = matrix.shape();
    this.type = matrix.dtype();
    this.in = (int) matrix.size(1);
    this.values = values;
    this.scales = scales;
  }

  static Int8Weight of(Tensor matrix) {
    int out = (int) matrix.size(0);
    int in = (int) matrix.size(1);
    byte[] values = new byte[Math.multiplyExact(out, in)];
    float[] scales = new float[out];
    Blocks.forEach(
        matrix,
        (first, rows) ->
            IntStream.range(0, rows.length / in)
                .parallel()
                .forEach(r -> scales[first + r] = row(rows, r * in, in, values, (first + r) * in)));
    return new Int8Weight(matrix, values, scales);
  }

  private static float row(float[] rows, int from, int in, byte[] values, int to) {
    float largest = 0;
    for (int i = 0; i < in; i++) {
      largest = Math.max(largest, Math.abs(rows[from + i]));
    }
    float inverse = largest == 0 ? 0 : 127 / largest;
    for (int i = 0; i < in; i++) {
      values[to + i] = (byte) Math.round(rows[from + i] * inverse);
    }
    return largest / 127;
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
  public Tensor multiply(Tensor x, Tensor bias) {
    return Products.multiply(this, x, bias);
  }

  @Override
  public void product(Products products, float[] x, int tokens, float[] y) {
    int out = scales.length;
    Workers.shared()
        .run(
            out,
            Products.CHUNK,
            (from, to) -> {
              for (int t = 0; t < tokens; t++) {
                products.int8(values, in, from, to, x, t * in, y, t * out);
                for (int r = from; r < to; r++) {
                  y[t * out + r] *= scales[r];
                }
              }
            });
  }

  @Override
  public DType type() {
    return type;
  }

  @Override
  public void row(int row, float[] to, int at) {
    for (int i = 0; i < in; i++) {
      to[at + i] = values[row * in + i] * scales[row];
    }
  }

  @Override
  public String toString() {
    return "int8" + Arrays.toString(shape.toArray());
  }
}
