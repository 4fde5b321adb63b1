package dev.lorax.tensor;

/** Rounding that is one addition: {@code Math.round} takes as long as a dozen. */
final class Rounding {
  /** Added to a small number, it leaves no bits for a fraction. */
  static final float SHIFT = 12_582_912; // 1.5 · 2^23

  private Rounding() {}

  /** The nearest whole number, the even one of two, of a number of less than 22 bits. */
  static int nearest(float value) {
    return Float.floatToRawIntBits(value + SHIFT) - Float.floatToRawIntBits(SHIFT);
  }

  /** The nearest bfloat16, as a float. */
  static float bfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    return Float.intBitsToFloat(bits + 0x7fff + (bits >>> 16 & 1) & 0xffff0000);
  }
}
