package dev.lorax.tensor;

/** A product with few tokens of a matrix that lies in blocks of rows; the last may not be full. */
final class BlockWork implements RowProduct.Work {
  private final Rows y;
  private final Part part;
  private final int out;
  private final Products.Output output;

  /** Computes rows from..to, whole blocks, for all tokens. */
  interface Part {
    void run(int from, int to, Products.Output output);
  }

  /**
   * A product.
   *
   * @param y [tokens, out]
   */
  BlockWork(Rows y, Part part) {
    this.y = y;
    this.part = part;
    out = y.width();
    output = new Products.Output(y.values(), 0, out);
  }

  @Override
  public void rows(int from, int to) {
    int whole = to / Products.BLOCK * Products.BLOCK;
    for (int first = from; first < whole; first += Products.CACHED) {
      part.run(first, Math.min(whole, first + Products.CACHED), output);
    }
    if (to > whole) {
      last(whole);
    }
  }

  /** The block that is not full, beside y, which has no place for all of it. */
  private void last(int from) {
    float[] block = new float[y.count() * Products.BLOCK];
    part.run(from, from + Products.BLOCK, new Products.Output(block, -from, Products.BLOCK));
    for (int token = 0; token < y.count(); token++) {
      System.arraycopy(block, token * Products.BLOCK, y.values(), token * out + from, out - from);
    }
  }
}
