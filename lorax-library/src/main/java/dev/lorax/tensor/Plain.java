package dev.lorax.tensor;

/**
 * Native memory that the values of a part of a quantised matrix are written to, as float32 or
 * rounded to bfloat16.
 *
 * @param memory of a tensor
 * @param type of its numbers
 * @param region whose values it is for
 * @param stride numbers from one line to the next
 */
record Plain(Span memory, DType type, Region region, int stride) {
  /** The place of a number where a line is a row. */
  int byRow(int row, int column) {
    return (row - region.row()) * stride + column - region.column();
  }

  /** The place of a number where a line is a column. */
  int byColumn(int row, int column) {
    return (column - region.column()) * stride + row - region.row();
  }

  boolean isHalf() {
    return type == DType.BF16;
  }

  /** Writes one number. */
  void put(int place, float value) {
    if (isHalf()) {
      int bits = Float.floatToRawIntBits(Rounding.bfloat16(value));
      memory.buffer().putShort(2 * place, (short) (bits >>> 16));
    } else {
      memory.buffer().putFloat(4 * place, value);
    }
  }
}
