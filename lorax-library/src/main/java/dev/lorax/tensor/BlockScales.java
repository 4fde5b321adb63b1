package dev.lorax.tensor;

import java.util.Arrays;
import java.util.List;

/** A float32 scale for each block of numbers that lie side by side in a matrix, rows in order. */
public sealed interface BlockScales extends AutoCloseable
    permits BlockScales.Exact, BlockScales.Doubled {
  /** How many numbers share one. */
  int block();

  /** The scale of a block. */
  float get(int index);

  /** Bytes in memory. */
  long byteCount();

  /** Its native memory. */
  default List<Tensor> tensors() {
    return List.of();
  }

  /** Whether a matrix may begin with that block, and keep its scales as they are. */
  default boolean cuts(long first) {
    return true;
  }

  /** Those of some blocks, where the first {@link #cuts}. */
  BlockScales cut(long first, long count);

  @Override
  default void close() {
    tensors().forEach(Tensor::close);
  }

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
   * @param block numbers that share one
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
    public BlockScales cut(long first, long count) {
      return new Exact(block, Arrays.copyOfRange(values, (int) first, (int) (first + count)));
    }
  }

  /**
   * In 8 bits each (Dettmers et al. 2023, section 3, double quantisation): a code names a number
   * {@code map[code]}, which times the scale of its group, plus the mean of all, is the scale.
   *
   * @param block numbers that share a scale
   * @param codes one for each block, uint8; owned
   * @param bytes where the codes lie
   * @param map the 256 numbers
   * @param group how many blocks share a scale of scales
   * @param scales one for each group
   * @param mean of all scales
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
    public List<Tensor> tensors() {
      return List.of(codes);
    }

    @Override
    public boolean cuts(long first) {
      return first % group == 0;
    }

    @Override
    public BlockScales cut(long first, long count) {
      int from = (int) (first / group);
      int to = (int) ((first + count + group - 1) / group);
      return new Doubled(
          block,
          codes.narrow(0, first, count),
          map,
          group,
          Arrays.copyOfRange(scales, from, to),
          mean);
    }
  }
}
