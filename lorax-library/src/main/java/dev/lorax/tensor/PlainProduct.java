package dev.lorax.tensor;

import java.util.ArrayList;
import java.util.List;

/** Products of a float32 or bfloat16 matrix where it lies, in parts of at most 1 GiB. */
final class PlainProduct implements RowProduct {
  /** Bytes of rows that stay in the second-level cache while several tokens go over them. */
  private static final int CACHED_BYTES = 128 << 10;

  private final Vectors vectors;
  private final boolean isHalf;
  private final int out;
  private final int in;
  private final int partRows;
  private final int cachedRows;
  private final List<Span> parts = new ArrayList<>();

  /** A product for a matrix that {@link #serves}. */
  PlainProduct(Tensor matrix, Vectors vectors) {
    this.vectors = vectors;
    isHalf = matrix.dtype() == DType.BF16;
    out = Math.toIntExact(matrix.size(0));
    in = Math.toIntExact(matrix.size(1));
    long rowBytes = (long) in * matrix.dtype().bytes();
    cachedRows = (int) Math.max(4, CACHED_BYTES / rowBytes / 4 * 4);
    partRows = (int) Math.min(out, Span.MOST / rowBytes / Products.CACHED * Products.CACHED);
    for (int first = 0; first < out; first += partRows) {
      long rows = Math.min(partRows, out - first);
      parts.add(Span.of(matrix, first * rowBytes, rows * rowBytes));
    }
  }

  /** Whether a matrix is of a kind that these products read. */
  static boolean serves(Tensor matrix) {
    return matrix.shape().rank() == 2
        && matrix.size(1) < Span.MOST / (4 * Products.CACHED)
        && (matrix.dtype() == DType.F32 || matrix.dtype() == DType.BF16 && matrix.size(1) % 2 == 0)
        && matrix.isContiguous();
  }

  @Override
  public int out() {
    return out;
  }

  @Override
  public Work work(Rows x, Rows y) {
    float[] numbers = isHalf ? x.halves() : x.values();
    int tokens = x.count();
    float[] result = y.values();
    return (from, to) -> rows(from, to, numbers, tokens, result);
  }

  private void rows(int from, int to, float[] x, int tokens, float[] y) {
    boolean isReadOnce = tokens == 1 || isHalf && tokens == 2;
    int most = isReadOnce ? to - from : cachedRows;
    for (int first = from; first < to; ) {
      Span part = parts.get(first / partRows);
      int row = first % partRows;
      int count = Math.min(most, Math.min(to - first, partRows - row));
      Products.Output output = new Products.Output(y, first, out);
      if (isHalf) {
        vectors.bf16(part, in, row, count, x, tokens, output);
      } else {
        vectors.f32(part, in, row, count, x, tokens, output);
      }
      first += count;
    }
  }

  @Override
  public void lookup(int[] ids, Rows y) {
    float[] values = y.values();
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0 || ids[i] >= out) {
        throw new IndexOutOfBoundsException("Id %d of a table of %d".formatted(ids[i], out));
      }
      Span part = parts.get(ids[i] / partRows);
      int start = ids[i] % partRows * in;
      for (int j = 0; j < in; j++) {
        values[i * in + j] =
            isHalf
                ? Float.intBitsToFloat(part.buffer().getShort(2 * (start + j)) << 16)
                : part.buffer().getFloat(4 * (start + j));
      }
    }
  }
}
