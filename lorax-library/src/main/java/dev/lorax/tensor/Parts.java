package dev.lorax.tensor;

/** Cuts a product with few tokens into parts of rows, one after the other for each core. */
final class Parts {
  /** Computes rows from..to for all tokens. */
  interface Part {
    void run(int from, int to, Products.Output output);
  }

  private Parts() {}

  /**
   * Runs all parts of a product.
   *
   * @param y [tokens, out]
   */
  static void run(int out, int tokens, float[] y, Part part) {
    int padded = Quantized.padded(out);
    Products.Output output = new Products.Output(y, 0, out);
    Workers.shared()
        .run(
            padded,
            Products.CACHED,
            (from, to) -> {
              int whole = Math.min(to, out / Products.BLOCK * Products.BLOCK);
              for (int first = from; first < whole; first += Products.CACHED) {
                part.run(first, Math.min(whole, first + Products.CACHED), output);
              }
              if (to > out) {
                last(out, tokens, y, part);
              }
            });
  }

  /** The block that is not full, beside y, which has no place for all of it. */
  private static void last(int out, int tokens, float[] y, Part part) {
    int from = out / Products.BLOCK * Products.BLOCK;
    float[] block = new float[tokens * Products.BLOCK];
    part.run(from, from + Products.BLOCK, new Products.Output(block, -from, Products.BLOCK));
    for (int token = 0; token < tokens; token++) {
      System.arraycopy(block, token * Products.BLOCK, y, token * out + from, out - from);
    }
  }
}
