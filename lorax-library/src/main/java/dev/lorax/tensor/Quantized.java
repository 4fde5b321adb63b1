package dev.lorax.tensor;

import java.util.List;
import java.util.Optional;

/** A matrix of few bits a number. */
sealed interface Quantized extends Weight permits Int8Weight, Int4Weight, Nf4Weight {
  /** The type of the matrix that was quantised. */
  DType type();

  /** Writes one row as floats. */
  void row(int row, float[] to, int at);

  /**
   * Writes the values of a part of the target's region as plain numbers. Columns begin at multiples
   * of 64; what is written by column is written in whole blocks of 16 rows.
   */
  void write(Products products, Region part, Plain target);

  /** Whether {@link #write} lays the numbers of a column side by side, and not those of a row. */
  boolean isByColumn();

  /** A product with few tokens, on the heap, by those kernels; see {@link RowProduct#work}. */
  RowProduct.Work work(Products products, Rows x, Rows y);

  @Override
  default Optional<RowProduct> forRows() {
    return VectorUnit.isOn()
        ? Optional.of(new QuantizedProduct(this, VectorUnit.products()))
        : Optional.empty();
  }

  /** Refuses what only the engine's recording asks for. */
  private void refuseRecording(Tensor x) {
    if (x.requiresGradient()) {
      throw new IllegalStateException(
          "The engine records nothing over %s weights: go back with Weight.back"
              .formatted(format()));
    }
  }

  @Override
  default Tensor multiply(Tensor x, Tensor bias) {
    refuseRecording(x);
    Products products = VectorUnit.products();
    if (x.size(0) > few(products)) {
      return Expansion.multiply(this, x, bias);
    }
    Tensor result = multiplyFew(products, x);
    return (bias == null ? result : result.add(bias)).to(x.dtype());
  }

  /** Tokens up to which {@link #work} is faster than making the matrix plain for the engine. */
  default int few(Products products) {
    return products.few();
  }

  /** {@code x · weightᵀ} in float32, of a few tokens. */
  default Tensor multiplyFew(Products products, Tensor x) {
    RowProduct product = new QuantizedProduct(this, products);
    Rows rows = Rows.of(x.toFloats(), (int) x.size(0), (int) x.size(1));
    Rows y = new Rows().resize(rows.count(), product.out());
    RowProduct.multiply(rows, List.of(product), List.of(y));
    return y.toTensor();
  }

  @Override
  default Tensor back(Tensor gradient) {
    return Expansion.back(this, gradient);
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
    // lives on the heap, unless told otherwise
  }

  /** Rows with those that fill the last block. */
  static int padded(long rows) {
    return Math.toIntExact((rows + Products.BLOCK - 1) / Products.BLOCK * Products.BLOCK);
  }
}
