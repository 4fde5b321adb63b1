package dev.lorax.tensor;

import java.util.Optional;

/** A matrix of few bits a number, on the Java heap, that can give any of its rows as floats. */
sealed interface Quantized extends Weight permits Int8Weight, Int4Weight {
  /** The type of the matrix that was quantised. */
  DType type();

  /** Writes one row as floats. */
  void row(int row, float[] to, int at);

  /** y [tokens, out] of x [tokens, in]; the arrays may be longer. */
  void product(Products products, float[] x, int tokens, float[] y);

  @Override
  default Optional<RowProduct> forRows() {
    return VectorUnit.products().map(products -> new QuantizedProduct(this, products));
  }

  @Override
  default Tensor lookup(Tensor ids) {
    return Products.lookup(this, ids);
  }

  @Override
  default Tensor dense(DType wanted) {
    return Products.dense(this, wanted);
  }

  @Override
  default void close() {
    // lives on the heap
  }
}
