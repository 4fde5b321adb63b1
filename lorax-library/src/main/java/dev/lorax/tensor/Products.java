package dev.lorax.tensor;

/**
 * What is computed with quantised matrices in Java: {@link ScalarProducts} everywhere, and many
 * times as fast on vectors where Java has the module {@code jdk.incubator.vector}.
 *
 * <p>Matrices of whole numbers lie in blocks of 16 rows. Rows {@code from} to {@code to} are whole
 * blocks, and y is written for all rows of a block.
 */
interface Products {
  /** Rows of a block. */
  int BLOCK = 16;

  /**
   * Rows that several parts of x find in the second-level cache; pieces of a {@link
   * RowProduct.Work} begin at its multiples.
   */
  int CACHED = 64;

  /**
   * Tokens up to which these products are faster than expanding the matrix for the engine, which
   * costs the same for any number of them.
   */
  int few();

  /**
   * {@code y[at + row + token · stride]} = the row, times its scale, times the token.
   *
   * @param values {@code values[(block · in + column) · 16 + row of the block]}
   * @param scales one for each row
   */
  void int8(byte[] values, float[] scales, int from, int to, Interleaved x, Output y);

  /**
   * The same of 4-bit numbers.
   *
   * @param packed as {@link Int4Weight} says
   */
  void int4(int[] packed, int from, int to, Rounded x, Output y);

  /**
   * Writes values of a part of the matrix by column, as {@link Quantized#write} says.
   *
   * @param values of the whole matrix
   */
  void int8Values(byte[] values, float[] scales, int in, Region part, Plain target);

  /** The same of 4-bit numbers. */
  void int4Values(int[] packed, int in, Region part, Plain target);

  /**
   * Writes values of 4-bit normal floats by row.
   *
   * @param packed two numbers a byte, as {@link Nf4Weight} says
   * @param scales of the whole matrix
   */
  void nf4Values(Span packed, BlockScales scales, int in, Region part, Plain target);

  /** Where a product goes: {@code values[at + row + token · stride]}. */
  record Output(float[] values, int at, int stride) {}
}
