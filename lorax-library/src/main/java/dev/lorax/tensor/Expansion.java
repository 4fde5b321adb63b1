package dev.lorax.tensor;

/** Quantised matrices as plain numbers: some rows, all of them, or just long enough to multiply. */
final class Expansion {
  /**
   * Numbers that are expanded at once: few enough for the cache, and enough that the engine's
   * threads and ours seldom wait for each other.
   */
  private static final int NUMBERS = 1 << 22;

  private Expansion() {}

  /**
   * {@code x · weightᵀ + bias}, expanded some rows at a time, each part multiplied while it is in
   * cache.
   */
  static Tensor multiply(Quantized weight, Tensor x, Tensor bias) {
    Tensor result = Tensor.empty(x.dtype(), x.size(0), out(weight));
    int step = step(in(weight));
    for (int from = 0; from < out(weight); from += step) {
      int count = Math.min(step, out(weight) - from);
      try (Scope scope = new Scope()) {
        Tensor part = part(weight, new Region(from, count, 0, in(weight)), x.dtype());
        Tensor some = bias == null ? null : bias.narrow(0, from, count);
        result.narrow(1, from, count).copyInPlace(Kernels.linear(x, part, some));
      }
    }
    return result;
  }

  /** {@code gradient · weight}, some columns at a time, so that every sum is formed as a whole. */
  static Tensor back(Quantized weight, Tensor gradient) {
    Tensor result = Tensor.empty(gradient.dtype(), gradient.size(0), in(weight));
    int step = step(out(weight));
    for (int from = 0; from < in(weight); from += step) {
      int count = Math.min(step, in(weight) - from);
      try (Scope scope = new Scope()) {
        Tensor part = part(weight, new Region(0, out(weight), from, count), gradient.dtype());
        result.narrow(1, from, count).copyInPlace(gradient.matmul(part));
      }
    }
    return result;
  }

  /** All values, [out, in]. */
  static Tensor dense(Quantized weight, DType type) {
    Tensor whole = Tensor.empty(type, out(weight), in(weight));
    int step = step(in(weight));
    for (int from = 0; from < out(weight); from += step) {
      int count = Math.min(step, out(weight) - from);
      try (Scope scope = new Scope()) {
        Tensor part = part(weight, new Region(from, count, 0, in(weight)), type);
        whole.narrow(0, from, count).copyInPlace(part);
      }
    }
    return whole;
  }

  /** The rows that ids name. */
  static Tensor lookup(Quantized weight, Tensor ids) {
    long[] wanted = ids.toLongs();
    float[] rows = new float[wanted.length * in(weight)];
    for (int i = 0; i < wanted.length; i++) {
      weight.row((int) wanted[i], rows, i * in(weight));
    }
    return Tensor.of(rows, wanted.length, in(weight)).to(weight.type());
  }

  /** Lines of that length that are expanded at once. */
  private static int step(int length) {
    return Math.max(64, NUMBERS / length / 64 * 64);
  }

  private static int out(Quantized weight) {
    return (int) weight.shape().get(0);
  }

  private static int in(Quantized weight) {
    return (int) weight.shape().get(1);
  }

  /** [rows, columns]; a column or a row lies side by side in memory, as suits the weight. */
  static Tensor part(Quantized weight, Region region, DType type) {
    DType written = type == DType.BF16 ? DType.BF16 : DType.F32;
    boolean byColumn = weight.isByColumn();
    int rows = byColumn ? Quantized.padded(region.rows()) : region.rows();
    Tensor memory =
        byColumn
            ? Tensor.empty(written, region.columns(), rows)
            : Tensor.empty(written, rows, region.columns());
    Plain target = new Plain(Span.of(memory), written, region, (int) memory.size(1));
    Workers.shared()
        .run(
            rows,
            Products.CACHED,
            (from, to) -> weight.write(VectorUnit.products(), region.rows(from, to), target));
    Tensor values = byColumn ? memory.transpose(0, 1).narrow(0, 0, region.rows()) : memory;
    return values.to(type);
  }
}
