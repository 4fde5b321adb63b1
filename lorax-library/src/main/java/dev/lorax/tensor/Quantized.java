package dev.lorax.tensor;

/** A matrix of few bits a number, on the Java heap, that can give any of its rows as floats. */
sealed interface Quantized extends Weight permits Int8Weight, Int4Weight {
  /** The type of the matrix that was quantised. */
  DType type();

  /** Writes one row as floats. */
  void row(int row, float[] to, int at);

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
