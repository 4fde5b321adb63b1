package dev.lorax.tensor;

/** Quantised matrices as plain numbers: some rows, all of them, or just long enough to multiply. */
final class Expansion {
  /** Numbers that are expanded at once: as bfloat16 they stay in cache for the product. */
  private static final int NUMBERS = 1 << 18;

  private Expansion() {}

  /**
   * {@code x · weightᵀ + bias}, expanded some rows at a time, each part multiplied while it is in
   * cache.
   */
  static Tensor multiply(Quantized weight, Tensor x, Tensor bias) {
    int out = (int) weight.shape().get(0);
    int step = rows((int) weight.shape().get(1));
    if (step >= out) {
      return Kernels.linear(x, part(weight, 0, out, x.dtype()), bias);
    }
    Tensor result = Tensor.empty(x.dtype(), x.size(0), out);
    float[] values = new float[step * (int) weight.shape().get(1)];
    for (int from = 0; from < out; from += step) {
      int count = Math.min(step, out - from);
      try (Scope scope = new Scope()) {
        Tensor part = part(weight, from, count, x.dtype(), values);
        Tensor some = bias == null ? null : bias.narrow(0, from, count);
        result.narrow(1, from, count).copyInPlace(Kernels.linear(x, part, some));
      }
    }
    return result;
  }

  /** All values, [out, in]. */
  static Tensor dense(Quantized weight, DType type) {
    int out = (int) weight.shape().get(0);
    int in = (int) weight.shape().get(1);
    Tensor whole = Tensor.empty(type, out, in);
    int step = rows(in);
    for (int from = 0; from < out; from += step) {
      int count = Math.min(step, out - from);
      try (Scope scope = new Scope()) {
        whole.narrow(0, from, count).copyInPlace(part(weight, from, count, type));
      }
    }
    return whole;
  }

  /** The rows that ids name. */
  static Tensor lookup(Quantized weight, Tensor ids) {
    long[] wanted = ids.toLongs();
    int in = (int) weight.shape().get(1);
    float[] rows = new float[wanted.length * in];
    for (int i = 0; i < wanted.length; i++) {
      weight.row((int) wanted[i], rows, i * in);
    }
    return Tensor.of(rows, wanted.length, in).to(weight.type());
  }

  private static int rows(int in) {
    return Math.max(64, NUMBERS / in / 64 * 64);
  }

  private static Tensor part(Quantized weight, int from, int count, DType type) {
    int in = (int) weight.shape().get(1);
    return part(weight, from, count, type, new float[Quantized.padded(count) * in]);
  }

  /** [count, in], column by column in memory. */
  private static Tensor part(Quantized weight, int from, int count, DType type, float[] values) {
    int in = (int) weight.shape().get(1);
    int stride = values.length / in;
    Products.Columns target = new Products.Columns(values, in, from, stride);
    Workers.shared()
        .run(
            Quantized.padded(count),
            Products.CACHED,
            (first, end) -> weight.columns(from + first, from + end, target));
    Tensor columns = Tensor.of(values, in, stride);
    return columns.to(type).transpose(0, 1).narrow(0, 0, count);
  }
}
