package dev.lorax.tensor;

import java.util.Optional;

/** A matrix of few bits a number, on the Java heap, in blocks of 16 rows. */
sealed interface Quantized extends Weight permits Int8Weight, Int4Weight {
  /** The type of the matrix that was quantised. */
  DType type();

  /** Writes one row as floats. */
  void row(int row, float[] to, int at);

  /** Writes rows from..to, whole blocks, column by column. */
  void columns(int from, int to, Products.Columns target);

  /**
   * A product with few tokens, on the heap.
   *
   * @param x [tokens, in]; the array may be longer
   * @param y [tokens, out], overwritten; likewise
   */
  void multiply(float[] x, int tokens, float[] y);

  @Override
  default Optional<RowProduct> forRows() {
    return VectorUnit.isOn() ? Optional.of(new QuantizedProduct(this)) : Optional.empty();
  }

  @Override
  default Tensor multiply(Tensor x, Tensor bias) {
    if (x.requiresGradient()) {
      throw new IllegalStateException(
          "%s weights serve inference alone: train on a base loaded as f32 or bf16"
              .formatted(format()));
    }
    if (x.size(0) > Products.FEW) {
      return Expansion.multiply(this, x, bias);
    }
    float[] y = new float[Math.toIntExact(x.size(0) * shape().get(0))];
    multiply(x.toFloats(), (int) x.size(0), y);
    Tensor result = Tensor.of(y, x.size(0), shape().get(0));
    return (bias == null ? result : result.add(bias)).to(x.dtype());
  }

  @Override
  default Tensor lookup(Tensor ids) {
    return Expansion.lookup(this, ids);
  }

  @Override
  default Tensor dense(DType wanted) {
    return Expansion.dense(this, wanted);
  }

  @Override
  default void close() {
    // lives on the heap
  }

  /** Rows with those that fill the last block. */
  static int padded(long rows) {
    return Math.toIntExact((rows + Products.BLOCK - 1) / Products.BLOCK * Products.BLOCK);
  }
}
