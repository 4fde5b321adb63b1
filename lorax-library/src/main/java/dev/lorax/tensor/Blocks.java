package dev.lorax.tensor;

/** Reads a matrix as floats, some rows at a time, so that no whole copy is needed. */
final class Blocks {
  private static final long NUMBERS = 1 << 20;

  /** Takes rows from a first one on. */
  interface Reader {
    void read(int first, float[] rows);
  }

  private Blocks() {}

  static void forEach(Tensor matrix, Reader reader) {
    long step = rows(matrix.size(1));
    for (long first = 0; first < matrix.size(0); first += step) {
      try (Scope scope = new Scope()) { // frees the view
        long count = Math.min(step, matrix.size(0) - first);
        reader.read((int) first, matrix.narrow(0, first, count).toFloats());
      }
    }
  }

  /** Rows of a block: a multiple of 16. */
  static long rows(long width) {
    return Math.max(16, NUMBERS / width / 16 * 16);
  }
}
