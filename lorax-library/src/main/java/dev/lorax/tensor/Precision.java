package dev.lorax.tensor;

import java.util.Locale;

/** How many bits the numbers of a quantised matrix have. */
public enum Precision {
  /** 8 bits, a scale for each row. */
  INT8,
  /** 4 bits, a scale for each 32 numbers of a row. */
  INT4,
  /** 4-bit normal floats, a scale for each 64 numbers, and the scales in 8 bits (QLoRA). */
  NF4;

  /**
   * The matrix in this form; it owns its memory. Forms of 4 bits fall back to INT8 where rows are
   * no multiple of 64 long, and INT8 to the tensor itself, under a handle of its own, where they
   * are no multiple of 4 long.
   */
  public Weight quantize(Tensor matrix) {
    if (!Int8Weight.fits(matrix.shape())) {
      return matrix.handle();
    }
    if (this == INT8 || !Nf4Weight.fits(matrix.shape(), Nf4Weight.BLOCK)) {
      return Int8Weight.of(matrix);
    }
    return this == INT4 ? Int4Weight.of(matrix) : Nf4Weight.of(matrix);
  }

  /** The same, and the matrix is closed: one at a time is held twice. */
  public Weight replace(Tensor matrix) {
    try {
      return quantize(matrix);
    } finally {
      matrix.close();
    }
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
