package dev.lorax.tensor;

import java.util.Locale;

/** How many bits the numbers of a quantised matrix have. */
public enum Precision {
  /** 8 bits, a scale for each row. */
  INT8,
  /** 4 bits, a scale for each 32 numbers of a row. */
  INT4;

  /**
   * The matrix in this form; it owns its memory. INT4 falls back to INT8 where rows are no multiple
   * of 64 long, and INT8 to the tensor itself, under a handle of its own, where they are no
   * multiple of 4 long.
   */
  public Weight quantize(Tensor matrix) {
    if (matrix.size(1) % Int8Weight.STEP != 0) {
      return matrix.handle();
    }
    return this == INT4 && matrix.size(1) % 64 == 0 ? Int4Weight.of(matrix) : Int8Weight.of(matrix);
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
