package dev.lorax.tensor;

/** A float32 scale for each block of numbers that lie side by side in a matrix, rows in order. */
public sealed interface BlockScales extends AutoCloseable
    permits BlockScales.Exact, BlockScales.Doubled {
  /** How many numbers share one. */
  int block();

  /** The scale of a block. */
  float get(int index);

  /** Bytes in memory. */
  long byteCount();

  @Override
  void close();

  /**
   * The scales of runs of 64 numbers.
   *
   * @param number place of the first number, a multiple of 64
   * @param count how many runs
   */
  default void read(long number, float[] runs, int count) {
    for (int i = 0; i < count; i++) {
      runs[i] = get((int) ((number + i * 64L) / block()));
    }
  }

  /**
   * Each as it is.
   *
   * @param values one for each block
   */
  record Exact(int block, float[] values) implements BlockScales {
    @Override
    public float get(int index) {
      return values[index];
    }

    @Override
    public long byteCount() {
      return 4L * values.length;
    }

    @Override
    public void close() {
      // lives on the heap
    }
  }

  /**
   * In 8 bits each (Dettmers et al. 2023, section 3, double quantisation): a code names a number
   * {@code map[code]}, which times the scale of its group, plus the mean of all, is the scale.
   *
   * @param codes one for each block, uint8; owned
   * @param map the 256 numbers
   * @param group how many blocks share a scale of scales
   * @param scales one for each group
   */
  record Doubled(
      int block, Tensor codes, Span bytes, float[] map, int group, float[] scales, float mean)
      implements BlockScales {
    /** The same, with a view of the codes. */
    public Doubled(int block, Tensor codes, float[] map, int group, float[] scales, float mean) {
      this(block, codes, Span.of(codes), map, group, scales, mean);
    }

    @Override
    public float get(int index) {
      float product = map[bytes.buffer().get(index) & 0xff] * scales[index / group];
      return product + mean;
    }

    /** The same as elsewhere, with no division for each. */
    @Override
    public void read(long number, float[] runs, int count) {
      if (block != Nf4Weight.BLOCK) {
        BlockScales.super.read(number, runs, count);
        return;
      }
      int first = (int) (number / block);
      for (int i = 0; i < count; ) {
        int whole = (first + i) / group;
        int end = Math.min(count, (whole + 1) * group - first);
        for (; i < end; i++) {
          float product = map[bytes.buffer().get(first + i) & 0xff] * scales[whole];
          runs[i] = product + mean;
        }
      }
    }

    @Override
    public long byteCount() {
      return codes.byteCount() + 4L * scales.length;
    }

    @Override
    public void close() {
      codes.close();
    }
  }
}
