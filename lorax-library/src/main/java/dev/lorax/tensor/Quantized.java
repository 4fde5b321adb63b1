package dev.lorax.tensor;

import java.util.List;
import java.util.Optional;

/** A matrix of few bits a number, on the Java heap, in blocks of 16 rows. */
sealed interface Quantized extends Weight permits Int8Weight, Int4Weight {
  /** The type of the matrix that was quantised. */
  DType type();

  /** Writes one row as floats. */
  void row(int row, float[] to, int at);

  /** Writes rows from..to, whole blocks, column by column. */
  void columns(int from, int to, Products.Columns target);

  /** A product with few tokens, on the heap, by those kernels; see {@link RowProduct#work}. */
  RowProduct.Work work(Products products, Rows x, Rows y);

  @Override
  default Optional<RowProduct> forRows() {
    return VectorUnit.isOn()
        ? Optional.of(new QuantizedProduct(this, VectorUnit.products()))
        : Optional.empty();
  }

  @Override
  default Tensor multiply(Tensor x, Tensor bias) {
    if (x.requiresGradient()) {
      throw new IllegalStateException(
          "%s weights serve inference alone: train on a base loaded as f32 or bf16"
              .formatted(format()));
    }
    Products products = VectorUnit.products();
    if (x.size(0) > products.few()) {
      return Expansion.multiply(this, x, bias);
    }
    Tensor result = multiplyFew(products, x);
    return (bias == null ? result : result.add(bias)).to(x.dtype());
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
