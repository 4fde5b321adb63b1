package dev.lorax.tensor;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A matrix of 4-bit normal floats with a scale for each block of numbers (Dettmers et al. 2023), in
 * native memory, as bitsandbytes lays it out: rows in order, two numbers a byte, the first in the
 * high half. A number is {@code code · scale}, rounded to the type it is wanted in.
 */
public final class Nf4Weight implements Quantized {
  /** Numbers that share a scale, where a matrix is quantised here. */
  static final int BLOCK = 64;

  private static final int GROUP = 256; // scales that share a scale of their own
  private static final float LEAST = 1e-38f; // what a block of zeros is divided by
  private static final float[] HALFWAY = NormalFloat.halfway(NormalFloat.CODES);
  private static final float[] DYNAMIC = NormalFloat.dynamic();

  private final Shape shape;
  private final DType type;
  private final Tensor packed;
  private final BlockScales scales;
  private final Span bytes;

  private Nf4Weight(Shape shape, DType type, Tensor packed, BlockScales scales) {
    this.shape = shape;
    this.type = type;
    this.packed = packed;
    this.scales = scales;
    this.bytes = Span.of(packed);
  }

  /**
   * A matrix that was quantised elsewhere.
   *
   * @param shape [out, in], rows a multiple of 64 long
   * @param type of the matrix that was quantised
   * @param packed uint8, two numbers each; owned, and in no scope
   * @param scales of blocks of a multiple of 64 numbers; owned
   */
  public static Nf4Weight of(Shape shape, DType type, Tensor packed, BlockScales scales) {
    if (!fits(shape, scales.block()) || packed.byteCount() * 2 != shape.size()) {
      throw new IllegalArgumentException(
          "%d bytes are no %s of 4 bits with rows of a multiple of 64"
              .formatted(packed.byteCount(), shape));
    }
    return new Nf4Weight(shape, type, packed, scales);
  }

  /** Whether a matrix with such blocks can be kept so: blocks and rows are multiples of 64. */
  public static boolean fits(Shape shape, int block) {
    return shape.rank() == 2 && shape.get(1) % BLOCK == 0 && block % BLOCK == 0;
  }

  /** The values of a matrix that does not {@link #fits fit}, as float32. */
  public static Tensor values(Shape shape, Tensor packed, BlockScales scales) {
    float[] values = new float[Math.toIntExact(shape.size())];
    read(Span.of(packed), scales, 0, values, 0, values.length);
    return Tensor.of(values, shape.toArray());
  }

  static Nf4Weight of(Tensor matrix) {
    long numbers = matrix.shape().size();
    float[] largest = new float[Math.toIntExact(numbers / BLOCK)];
    try (Scope scope = new Scope()) {
      Tensor packed = Tensor.mapped(DType.U8, numbers / 2);
      ByteBuffer memory = packed.bytes();
      Blocks.forEach(
          matrix,
          (first, rows) -> {
            int start = (int) (first * matrix.size(1) / BLOCK);
            memory.put(start * BLOCK / 2, pack(rows, largest, start));
          });
      BlockScales.Doubled scales = doubled(largest);
      scope.release(scales.codes());
      return new Nf4Weight(matrix.shape(), matrix.dtype(), scope.release(packed), scales);
    }
  }

  private static byte[] pack(float[] values, float[] largest, int start) {
    byte[] bytes = new byte[values.length / 2];
    IntStream.range(0, values.length / BLOCK)
        .parallel()
        .forEach(
            block -> {
              float most = largest(values, block * BLOCK, BLOCK);
              float inverse = 1 / Math.max(most, LEAST);
              for (int i = block * BLOCK / 2; i < (block + 1) * BLOCK / 2; i++) {
                int high = NormalFloat.nearest(HALFWAY, values[2 * i] * inverse);
                int low = NormalFloat.nearest(HALFWAY, values[2 * i + 1] * inverse);
                bytes[i] = (byte) (high << 4 | low);
              }
              largest[start + block] = most;
            });
    return bytes;
  }

  private static float largest(float[] values, int from, int count) {
    float most = 0;
    for (int i = from; i < from + count; i++) {
      most = Math.max(most, Math.abs(values[i]));
    }
    return most;
  }

  /** Those scales less their mean in the 8-bit dynamic type. */
  private static BlockScales.Doubled doubled(float[] values) {
    float mean = (float) Tensor.of(values, 1, values.length).meanOfLast().item();
    for (int i = 0; i < values.length; i++) {
      values[i] -= mean;
    }
    float[] halfway = NormalFloat.halfway(DYNAMIC);
    float[] scales = new float[(values.length + GROUP - 1) / GROUP];
    byte[] codes = new byte[values.length];
    for (int group = 0; group < scales.length; group++) {
      int from = group * GROUP;
      int count = Math.min(GROUP, values.length - from);
      scales[group] = largest(values, from, count);
      float inverse = 1 / Math.max(scales[group], LEAST);
      for (int i = from; i < from + count; i++) {
        codes[i] = (byte) NormalFloat.nearest(halfway, values[i] * inverse);
      }
    }
    Tensor stored = Tensor.empty(DType.U8, codes.length);
    stored.bytes().put(codes);
    return new BlockScales.Doubled(BLOCK, stored, DYNAMIC, GROUP, scales, mean);
  }

  @Override
  public Shape shape() {
    return shape;
  }

  @Override
  public String format() {
    return Precision.NF4.toString();
  }

  @Override
  public long byteCount() {
    return packed.byteCount() + scales.byteCount();
  }

  @Override
  public DType type() {
    return type;
  }

  /** None: they are made plain for either. */
  @Override
  public int few(Products products) {
    return 0;
  }

  @Override
  public RowProduct.Work work(Products products, Rows x, Rows y) {
    return new ExpandedWork(this, x, y);
  }

  @Override
  public void write(Products products, Region part, Plain target) {
    products.nf4Values(bytes, scales, (int) shape.get(1), part, target);
  }

  @Override
  public boolean isByColumn() {
    return false;
  }

  @Override
  public void row(int row, float[] to, int at) {
    int in = (int) shape.get(1);
    read(bytes, scales, (long) row * in, to, at, in);
  }

  /** Numbers from an even place on. */
  static void read(Span packed, BlockScales scales, long number, float[] to, int at, int count) {
    for (int i = 0; i < count; i++) {
      int codes = packed.buffer().get((int) ((number + i) / 2));
      float scale = scales.get((int) ((number + i) / scales.block()));
      to[at + i] = NormalFloat.CODES[(i % 2 == 0 ? codes >>> 4 : codes) & 15] * scale;
    }
  }

  @Override
  public void close() {
    packed.close();
    scales.close();
  }

  @Override
  public String toString() {
    return "nf4" + Arrays.toString(shape.toArray());
  }
}
