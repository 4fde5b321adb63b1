package dev.lorax.tensor;

import java.util.Optional;

/**
 * Products of quantised rows with few tokens, on vectors of the processor.
 *
 * <p>The one implementation needs the module {@code jdk.incubator.vector}; without it weights are
 * expanded to plain ones for each product, which is slow.
 */
interface Products {
  /** Rows that a worker takes at once: a few dozen KiB, so that more tokens find them in cache. */
  int CHUNK = 64;

  /** Tokens up to which reading the weights costs more than computing. */
  int FEW = 8;

  /** y = the bytes' rows from..to times x, without scales. */
  void int8(byte[] values, int in, int from, int to, float[] x, int xAt, float[] y, int yAt);

  /** y = the packed rows from..to times x. */
  void int4(int[] packed, int in, int from, int to, Rounded x, float[] y, int yAt);

  /** x · weightᵀ + bias: by vectors for few tokens, else as a product of plain matrices. */
  static Tensor multiply(Quantized weight, Tensor x, Tensor bias) {
    if (x.requiresGradient()) {
      throw new IllegalStateException(
          "%s weights serve inference alone: train on a base loaded as f32 or bf16"
              .formatted(weight.format()));
    }
    Optional<Products> vectors = VectorUnit.products();
    if (vectors.isEmpty() || x.size(0) > FEW) {
      return Kernels.linear(x, weight.dense(x.dtype()), bias);
    }
    float[] y = new float[Math.toIntExact(x.size(0) * weight.shape().get(0))];
    weight.product(vectors.get(), x.toFloats(), (int) x.size(0), y);
    Tensor result = Tensor.of(y, x.size(0), weight.shape().get(0));
    return (bias == null ? result : result.add(bias)).to(x.dtype());
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

  /** All values, expanded block by block. */
  static Tensor dense(Quantized weight, DType type) {
    int out = (int) weight.shape().get(0);
    int in = (int) weight.shape().get(1);
    Tensor whole = Tensor.empty(type, out, in);
    int step = (int) Blocks.rows(in);
    for (int first = 0; first < out; first += step) {
      int count = Math.min(step, out - first);
      int start = first;
      float[] rows = new float[count * in];
      Workers.shared()
          .run(
              count,
              CHUNK,
              (from, to) -> {
                for (int r = from; r < to; r++) {
                  weight.row(start + r, rows, r * in);
                }
              });
      try (Scope scope = new Scope()) {
        whole.narrow(0, first, count).copyInPlace(Tensor.of(rows, count, in));
      }
    }
    return whole;
  }
}
