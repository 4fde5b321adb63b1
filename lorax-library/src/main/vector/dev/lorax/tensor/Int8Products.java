package dev.lorax.tensor;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products with bytes: a lane is a row, so that nothing is summed up across lanes and each vector
 * of weights is expanded once for all tokens.
 *
 * <p>Bodies call nothing but the vectors' own methods, beyond one conversion: beyond some dozens of
 * operations the compiler inlines only those, and makes an object of each value that passes through
 * a method of ours. There are as many independent sums as hide the latency of a multiplication, and
 * no more: with twice the columns a turn they are slower.
 */
final class Int8Products {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final int LANES = INTS.length();
  private static final int BLOCK = Products.BLOCK;
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, 8 * LANES)));

  private Int8Products() {}

  static void multiply(
      byte[] values, float[] scales, int from, int to, Interleaved x, Products.Output y) {
    for (int block = from; block < to; block += BLOCK) {
      for (int lane = 0; lane < BLOCK; lane += LANES) {
        int start = block * x.in() + lane;
        FloatVector scale = FloatVector.fromArray(FLOATS, scales, block + lane);
        int at = y.at() + x.first() * y.stride() + block + lane;
        switch (x.tokens()) {
          case 1 -> one(values, start, x, scale, y.values(), at);
          case 2 -> two(values, start, x.bits(), scale, y, at);
          default -> eight(values, start, x.bits(), scale, y, at);
        }
      }
    }
  }

  private static void one(
      byte[] values, int start, Interleaved part, FloatVector scale, float[] y, int yAt) {
    float[] x = part.x();
    int end = part.start() + part.in();
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int at = start;
    for (int k = part.start(); k < end; k += 4) {
      a = bytes(values, at).fma(FloatVector.broadcast(FLOATS, x[k]), a);
      b = bytes(values, at + BLOCK).fma(FloatVector.broadcast(FLOATS, x[k + 1]), b);
      c = bytes(values, at + 2 * BLOCK).fma(FloatVector.broadcast(FLOATS, x[k + 2]), c);
      d = bytes(values, at + 3 * BLOCK).fma(FloatVector.broadcast(FLOATS, x[k + 3]), d);
      at += 4 * BLOCK;
    }
    a.add(b).add(c.add(d)).mul(scale).intoArray(y, yAt);
  }

  private static void two(
      byte[] values, int start, int[] x, FloatVector scale, Products.Output y, int yAt) {
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int at = start;
    for (int k = 0; k < x.length; k += 4) {
      FloatVector v = bytes(values, at);
      a = v.fma(IntVector.broadcast(INTS, x[k]).reinterpretAsFloats(), a);
      b = v.fma(IntVector.broadcast(INTS, x[k + 1]).reinterpretAsFloats(), b);
      v = bytes(values, at + BLOCK);
      c = v.fma(IntVector.broadcast(INTS, x[k + 2]).reinterpretAsFloats(), c);
      d = v.fma(IntVector.broadcast(INTS, x[k + 3]).reinterpretAsFloats(), d);
      at += 2 * BLOCK;
    }
    a.add(c).mul(scale).intoArray(y.values(), yAt);
    b.add(d).mul(scale).intoArray(y.values(), yAt + y.stride());
  }

  private static void eight(
      byte[] values, int start, int[] x, FloatVector scale, Products.Output y, int yAt) {
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    FloatVector e = a;
    FloatVector f = a;
    FloatVector g = a;
    FloatVector h = a;
    int at = start;
    for (int k = 0; k < x.length; k += 8) {
      FloatVector v = bytes(values, at);
      a = v.fma(IntVector.broadcast(INTS, x[k]).reinterpretAsFloats(), a);
      b = v.fma(IntVector.broadcast(INTS, x[k + 1]).reinterpretAsFloats(), b);
      c = v.fma(IntVector.broadcast(INTS, x[k + 2]).reinterpretAsFloats(), c);
      d = v.fma(IntVector.broadcast(INTS, x[k + 3]).reinterpretAsFloats(), d);
      e = v.fma(IntVector.broadcast(INTS, x[k + 4]).reinterpretAsFloats(), e);
      f = v.fma(IntVector.broadcast(INTS, x[k + 5]).reinterpretAsFloats(), f);
      g = v.fma(IntVector.broadcast(INTS, x[k + 6]).reinterpretAsFloats(), g);
      h = v.fma(IntVector.broadcast(INTS, x[k + 7]).reinterpretAsFloats(), h);
      at += BLOCK;
    }
    float[] to = y.values();
    int step = y.stride();
    a.mul(scale).intoArray(to, yAt);
    b.mul(scale).intoArray(to, yAt + step);
    c.mul(scale).intoArray(to, yAt + 2 * step);
    d.mul(scale).intoArray(to, yAt + 3 * step);
    e.mul(scale).intoArray(to, yAt + 4 * step);
    f.mul(scale).intoArray(to, yAt + 5 * step);
    g.mul(scale).intoArray(to, yAt + 6 * step);
    h.mul(scale).intoArray(to, yAt + 7 * step);
  }

  static void values(byte[] values, float[] scales, int in, Region part, Plain target) {
    Object to = target.memory().view();
    for (int block = part.row(); block < part.endRow(); block += BLOCK) {
      for (int lane = 0; lane < BLOCK; lane += LANES) {
        FloatVector scale = FloatVector.fromArray(FLOATS, scales, block + lane);
        int at = block * in + part.column() * BLOCK + lane;
        int place = target.byColumn(block + lane, part.column());
        if (target.isHalf()) {
          for (int column = 0; column < part.columns(); column++) {
            Native.storeHalves(bytes(values, at).mul(scale), to, 2 * place);
            at += BLOCK;
            place += target.stride();
          }
        } else {
          for (int column = 0; column < part.columns(); column++) {
            Native.store(bytes(values, at).mul(scale), to, 4 * place);
            at += BLOCK;
            place += target.stride();
          }
        }
      }
    }
  }

  private static FloatVector bytes(byte[] values, int at) {
    return (FloatVector)
        ByteVector.fromArray(BYTES, values, at).convertShape(VectorOperators.B2F, FLOATS, 0);
  }
}
