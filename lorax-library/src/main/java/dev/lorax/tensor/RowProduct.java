package dev.lorax.tensor;

import java.util.List;

/** A frozen matrix [out, in], ready for products with few rows of the heap. */
public interface RowProduct {
  /** The height of the matrix. */
  int out();

  /**
   * Prepares {@code y = x · weightᵀ}: [count, in] gives [count, out]; y has that shape already.
   *
   * @return computes some rows of the matrix; several threads may, each its own
   */
  Work work(Rows x, Rows y);

  /** Writes the row that each id names into y, [ids, in]. */
  void lookup(int[] ids, Rows y);

  /** Computes a part of a product. */
  @FunctionalInterface
  interface Work {
    /**
     * Computes with rows from..to of the matrix.
     *
     * @param from a multiple of 64
     * @param to a multiple of 64 too, or the height of the matrix
     */
    void rows(int from, int to);
  }

  /**
   * The products of some rows with several matrices, all at once: the cores wait for each other one
   * time only.
   *
   * @param ys what the matrices give, in their order
   */
  static void multiply(Rows x, List<RowProduct> products, List<Rows> ys) {
    new JointWork(x, products, ys).run();
  }
}
