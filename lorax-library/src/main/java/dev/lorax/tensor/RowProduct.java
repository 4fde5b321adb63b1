package dev.lorax.tensor;

/** A frozen matrix [out, in], ready for products with few rows of the heap. */
public interface RowProduct {
  /** {@code y = x · weightᵀ}: [count, in] gives [count, out]; y has that shape already. */
  void multiply(Rows x, Rows y);

  /** Writes the row that each id names into y, [ids, in]. */
  void lookup(int[] ids, Rows y);
}
