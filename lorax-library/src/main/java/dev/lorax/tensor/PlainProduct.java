package dev.lorax.tensor;

import java.util.ArrayList;
import java.util.List;

/** Products of a float32 or bfloat16 matrix where it lies, in parts of at most 1 GiB. */
final class PlainProduct implements RowProduct {
  /**
   * Tokens up to which reading the matrix costs more than computing. Java's vectors lack the
   * processor's products of bfloat16 pairs; the engine has them.
   */
  private static final int MEMORY_BOUND = 2;

  private final Vectors vectors;
  private final Tensor matrix;
  private final boolean isHalf;
  private final int out;
  private final int in;
  private final int partRows;
  private final List<Span> parts = new ArrayList<>();

  /** A product for a matrix that {@link #serves}. */
  PlainProduct(Tensor matrix, Vectors vectors) {
    this.vectors = vectors;
    this.matrix = matrix;
    isHalf = matrix.dtype() == DType.BF16;
    out = Math.toIntExact(matrix.size(0));
    in = Math.toIntExact(matrix.size(1));
    long rowBytes = (long) in * matrix.dtype().bytes();
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
  public void multiply(Rows x, Rows y) {
    if (x.count() <= MEMORY_BOUND) {
      multiplyByVectors(x, y);
    } else {
      multiplyByEngine(x, y);
    }
  }

  private void multiplyByEngine(Rows x, Rows y) {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      Tensor product = Kernels.linear(x.toTensor().to(matrix.dtype()), matrix, null);
      System.arraycopy(product.toFloats(), 0, y.values(), 0, x.count() * out);
    }
  }

  private void multiplyByVectors(Rows x, Rows y) {
    float[] numbers = isHalf ? x.halves() : x.values();
    int tokens = x.count();
    float[] result = y.values();
    Workers.shared()
        .run(out, Products.CACHED, (from, to) -> rows(from, to, numbers, tokens, result));
  }

  private void rows(int from, int to, float[] x, int tokens, float[] y) {
    for (int first = from; first < to; ) {
      Span part = parts.get(first / partRows);
      int row = first % partRows;
      int count = Math.min(to - first, partRows - row);
      if (isHalf) {
        vectors.bf16(part, in, row, count, x, tokens, y, first, out);
      } else {
        vectors.f32(part, in, row, count, x, tokens, y, first, out);
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
