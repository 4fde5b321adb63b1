package dev.lorax.tensor;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of quantised rows with one token, on the widest vectors that the processor has.
 *
 * <p>Loop bodies are small on purpose: beyond some thirty vector operations the compiler stops
 * inlining and makes an object of each value, ten times slower.
 */
final class VectorProducts implements Products {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final int LANES = INTS.length();
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, 8 * LANES)));

  /** Checks that vectors are wide enough: with 128 bits the layout does not pay. */
  VectorProducts() {
    if (LANES < 8) {
      throw new UnsupportedOperationException("the processor's vectors have less than 256 bits");
    }
  }

  @Override
  public void int8(
      byte[] values, int in, int from, int to, float[] x, int xAt, float[] y, int yAt) {
    for (int row = from; row < to; row++) {
      y[yAt + row] = dot(values, row * in, in, x, xAt);
    }
  }

  private static float dot(byte[] values, int start, int in, float[] x, int xAt) {
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int i = 0; i < in; i += 4 * LANES) {
      int at = start + i;
      int k = xAt + i;
      a = bytes(values, at).fma(FloatVector.fromArray(FLOATS, x, k), a);
      b = bytes(values, at + LANES).fma(FloatVector.fromArray(FLOATS, x, k + LANES), b);
      c = bytes(values, at + 2 * LANES).fma(FloatVector.fromArray(FLOATS, x, k + 2 * LANES), c);
      d = bytes(values, at + 3 * LANES).fma(FloatVector.fromArray(FLOATS, x, k + 3 * LANES), d);
    }
    return a.add(b).add(c.add(d)).reduceLanes(VectorOperators.ADD);
  }

  private static FloatVector bytes(byte[] values, int at) {
    return (FloatVector)
        ByteVector.fromArray(BYTES, values, at).convertShape(VectorOperators.B2F, FLOATS, 0);
  }

  @Override
  public void int4(int[] packed, int in, int from, int to, Rounded x, float[] y, int yAt) {
    int block = in / 64 * Int4Weight.STRIDE;
    for (int row = from; row < to; row += Int4Weight.ROWS) {
      for (int lane = 0; lane < Int4Weight.ROWS; lane += LANES) {
        rows(packed, row / Int4Weight.ROWS * block + lane, x, y, yAt + row + lane);
      }
    }
  }

  /** As many neighbouring rows as a vector has ints. */
  private static void rows(int[] packed, int start, Rounded x, float[] y, int yAt) {
    int[] pairs = x.pairs();
    int[] offsets = x.offsets();
    float[] scales = x.scales();
    FloatVector sum = FloatVector.zero(FLOATS);
    int at = start;
    int pair = 0;
    int scaleAt = start;
    for (int group = 0; group < scales.length; group++) {
      if ((group & 1) == 0) {
        scaleAt = at;
        at += Int4Weight.ROWS;
      }
      ShortVector dots = pair(offsets, group);
      for (int c = 0; c < 4; c++) {
        ShortVector q = IntVector.fromArray(INTS, packed, at).reinterpretAsShorts();
        dots =
            dots.add(q.and((short) 15).mul(pair(pairs, pair)))
                .add(nibble(q, 4).mul(pair(pairs, pair + 1)))
                .add(nibble(q, 8).mul(pair(pairs, pair + 2)))
                .add(q.lanewise(VectorOperators.LSHR, 12).mul(pair(pairs, pair + 3)));
        at += Int4Weight.ROWS;
        pair += 4;
      }
      FloatVector scale =
          IntVector.fromArray(INTS, packed, scaleAt)
              .lanewise(VectorOperators.LSHL, 16 - (group & 1) * 16)
              .and(0xffff0000)
              .reinterpretAsFloats();
      sum = halves(dots).mul(scales[group]).fma(scale, sum);
    }
    sum.intoArray(y, yAt);
  }

  private static ShortVector nibble(ShortVector q, int shift) {
    return q.lanewise(VectorOperators.LSHR, shift).and((short) 15);
  }

  private static ShortVector pair(int[] pairs, int index) {
    return IntVector.broadcast(INTS, pairs[index]).reinterpretAsShorts();
  }

  /** The sum of both halves of each int, as floats. */
  private static FloatVector halves(ShortVector dots) {
    IntVector both = dots.reinterpretAsInts();
    IntVector low = both.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16);
    return (FloatVector)
        low.add(both.lanewise(VectorOperators.ASHR, 16)).convert(VectorOperators.I2F, 0);
  }
}
