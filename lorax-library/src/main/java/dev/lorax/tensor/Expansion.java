package dev.lorax.tensor;

/** Quantised matrices as plain numbers: some rows, all of them, or just long enough to multiply. */
final class Expansion {
  /** Numbers that are expanded at once, at most: in bfloat16 they fill a core's own cache. */
  private static final int NUMBERS = 1 << 19;

  /** Parts of a matrix, at least, so that all cores have work to the end. */
  private static final int PARTS = 8;

  private Expansion() {}

  /**
   * {@code x · weightᵀ + bias}: each core expands some rows at a time, and multiplies by them while
   * they are in its cache.
   */
  static Tensor multiply(Quantized weight, Tensor x, Tensor bias) {
    Tensor result = Tensor.empty(x.dtype(), x.size(0), out(weight));
    Cores.run(
        out(weight),
        step(out(weight), in(weight)),
        (from, to) -> {
          Region region = new Region(from, to - from, 0, in(weight));
          Tensor part = part(weight, region, x.dtype());
          Tensor some = bias == null ? null : bias.narrow(0, from, to - from);
          result.narrow(1, from, to - from).copyInPlace(Kernels.linear(x, part, some));
        });
    return result;
  }

  /** {@code gradient · weight}, some columns at a time, so that every sum is formed as a whole. */
  static Tensor back(Quantized weight, Tensor gradient) {
    Tensor result = Tensor.empty(gradient.dtype(), gradient.size(0), in(weight));
    Cores.run(
        in(weight),
        step(in(weight), out(weight)),
        (from, to) -> {
          Region region = new Region(0, out(weight), from, to - from);
          Tensor part = part(weight, region, gradient.dtype());
          result.narrow(1, from, to - from).copyInPlace(gradient.matmul(part));
        });
    return result;
  }

  /** All values, [out, in]. */
  static Tensor dense(Quantized weight, DType type) {
    Tensor whole = Tensor.empty(type, out(weight), in(weight));
    Cores.run(
        out(weight),
        step(out(weight), in(weight)),
        (from, to) -> {
          Region region = new Region(from, to - from, 0, in(weight));
          whole.narrow(0, from, to - from).copyInPlace(part(weight, region, type));
        });
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

  /** Of so many lines of that length, those that are expanded at once: whole blocks. */
  private static int step(int lines, int length) {
    int most = Math.min(NUMBERS / length, lines / PARTS);
    return Math.max(64, most / 64 * 64);
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
    weight.write(VectorUnit.products(), region.rows(0, rows), target);
    Tensor values = byColumn ? memory.transpose(0, 1).narrow(0, 0, region.rows()) : memory;
    return values.to(type);
  }
}
