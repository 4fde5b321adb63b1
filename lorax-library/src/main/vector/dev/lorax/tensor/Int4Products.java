package dev.lorax.tensor;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products with 4-bit numbers, 16 bits a sum, two columns a lane.
 *
 * <p>Everything is written out: see {@link Int8Products} for why bodies call no method of ours.
 */
final class Int4Products {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final int LANES = INTS.length();
  private static final int ROWS = Products.BLOCK;
  private static final int HIGH = 0xffff0000;

  private Int4Products() {}

  static void multiply(int[] packed, int from, int to, Rounded x, Products.Output y) {
    int block = x.pairs().length / x.tokens() / 32 * Int4Weight.STRIDE;
    for (int row = from; row < to; row += ROWS) {
      for (int lane = 0; lane < ROWS; lane += LANES) {
        int start = row / ROWS * block + lane;
        int at = y.at() + x.first() * y.stride() + row + lane;
        if (x.tokens() == 1) {
          one(packed, start, x, y.values(), at);
        } else {
          four(packed, start, x, y, at);
        }
      }
    }
  }

  /** Two groups a turn: one chain of sums would wait for itself. */
  private static void one(int[] packed, int start, Rounded x, float[] y, int yAt) {
    int[] pairs = x.pairs();
    int[] offsets = x.offsets();
    float[] scales = x.scales();
    FloatVector even = FloatVector.zero(FLOATS);
    FloatVector odd = even;
    int at = start;
    int k = 0;
    for (int group = 0; group < scales.length; group += 2) {
      IntVector scale = IntVector.fromArray(INTS, packed, at);
      ShortVector s = IntVector.broadcast(INTS, offsets[group]).reinterpretAsShorts();
      ShortVector t = IntVector.broadcast(INTS, offsets[group + 1]).reinterpretAsShorts();
      for (int c = 0; c < 4; c++) {
        at += ROWS;
        ShortVector u = IntVector.fromArray(INTS, packed, at).reinterpretAsShorts();
        ShortVector v = IntVector.fromArray(INTS, packed, at + 4 * ROWS).reinterpretAsShorts();
        s =
            s.add(u.mul(IntVector.broadcast(INTS, pairs[k]).reinterpretAsShorts()))
                .add(
                    u.lanewise(VectorOperators.LSHR, 4)
                        .mul(IntVector.broadcast(INTS, pairs[k + 1]).reinterpretAsShorts()))
                .add(
                    u.lanewise(VectorOperators.LSHR, 8)
                        .mul(IntVector.broadcast(INTS, pairs[k + 2]).reinterpretAsShorts())
                        .add(
                            u.lanewise(VectorOperators.LSHR, 12)
                                .mul(
                                    IntVector.broadcast(INTS, pairs[k + 3])
                                        .reinterpretAsShorts())));
        t =
            t.add(v.mul(IntVector.broadcast(INTS, pairs[k + 16]).reinterpretAsShorts()))
                .add(
                    v.lanewise(VectorOperators.LSHR, 4)
                        .mul(IntVector.broadcast(INTS, pairs[k + 17]).reinterpretAsShorts()))
                .add(
                    v.lanewise(VectorOperators.LSHR, 8)
                        .mul(IntVector.broadcast(INTS, pairs[k + 18]).reinterpretAsShorts())
                        .add(
                            v.lanewise(VectorOperators.LSHR, 12)
                                .mul(
                                    IntVector.broadcast(INTS, pairs[k + 19])
                                        .reinterpretAsShorts())));

        k += 4;
      }
      at += 5 * ROWS;
      k += 16;
      IntVector p = s.reinterpretAsInts();
      IntVector q = t.reinterpretAsInts();
      FloatVector first =
          (FloatVector)
              p.lanewise(VectorOperators.LSHL, 16)
                  .lanewise(VectorOperators.ASHR, 16)
                  .add(p.lanewise(VectorOperators.ASHR, 16))
                  .convert(VectorOperators.I2F, 0);
      FloatVector second =
          (FloatVector)
              q.lanewise(VectorOperators.LSHL, 16)
                  .lanewise(VectorOperators.ASHR, 16)
                  .add(q.lanewise(VectorOperators.ASHR, 16))
                  .convert(VectorOperators.I2F, 0);
      even =
          first
              .mul(scales[group])
              .fma(scale.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), even);
      odd = second.mul(scales[group + 1]).fma(scale.and(HIGH).reinterpretAsFloats(), odd);
    }
    even.add(odd).intoArray(y, yAt);
  }

  private static void four(int[] packed, int start, Rounded x, Products.Output y, int yAt) {
    int[] pairs = x.pairs();
    int[] offsets = x.offsets();
    float[] scales = x.scales();
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int at = start;
    int scaleAt = start;
    int k = 0;
    for (int group = 0; group < scales.length; group += 4) {
      if ((group & 4) == 0) {
        scaleAt = at;
        at += ROWS;
      }
      ShortVector s = IntVector.broadcast(INTS, offsets[group]).reinterpretAsShorts();
      ShortVector t = IntVector.broadcast(INTS, offsets[group + 1]).reinterpretAsShorts();
      ShortVector u = IntVector.broadcast(INTS, offsets[group + 2]).reinterpretAsShorts();
      ShortVector v = IntVector.broadcast(INTS, offsets[group + 3]).reinterpretAsShorts();

      for (int turn = 0; turn < 4; turn++) {
        ShortVector w = IntVector.fromArray(INTS, packed, at).reinterpretAsShorts();
        ShortVector w1 = w.lanewise(VectorOperators.LSHR, 4);
        ShortVector w2 = w.lanewise(VectorOperators.LSHR, 8);
        ShortVector w3 = w.lanewise(VectorOperators.LSHR, 12);
        s =
            s.add(w.mul(IntVector.broadcast(INTS, pairs[k]).reinterpretAsShorts()))
                .add(w1.mul(IntVector.broadcast(INTS, pairs[k + 4]).reinterpretAsShorts()))
                .add(
                    w2.mul(IntVector.broadcast(INTS, pairs[k + 8]).reinterpretAsShorts())
                        .add(
                            w3.mul(
                                IntVector.broadcast(INTS, pairs[k + 12]).reinterpretAsShorts())));
        t =
            t.add(w.mul(IntVector.broadcast(INTS, pairs[k + 1]).reinterpretAsShorts()))
                .add(w1.mul(IntVector.broadcast(INTS, pairs[k + 5]).reinterpretAsShorts()))
                .add(
                    w2.mul(IntVector.broadcast(INTS, pairs[k + 9]).reinterpretAsShorts())
                        .add(
                            w3.mul(
                                IntVector.broadcast(INTS, pairs[k + 13]).reinterpretAsShorts())));
        u =
            u.add(w.mul(IntVector.broadcast(INTS, pairs[k + 2]).reinterpretAsShorts()))
                .add(w1.mul(IntVector.broadcast(INTS, pairs[k + 6]).reinterpretAsShorts()))
                .add(
                    w2.mul(IntVector.broadcast(INTS, pairs[k + 10]).reinterpretAsShorts())
                        .add(
                            w3.mul(
                                IntVector.broadcast(INTS, pairs[k + 14]).reinterpretAsShorts())));
        v =
            v.add(w.mul(IntVector.broadcast(INTS, pairs[k + 3]).reinterpretAsShorts()))
                .add(w1.mul(IntVector.broadcast(INTS, pairs[k + 7]).reinterpretAsShorts()))
                .add(
                    w2.mul(IntVector.broadcast(INTS, pairs[k + 11]).reinterpretAsShorts())
                        .add(
                            w3.mul(
                                IntVector.broadcast(INTS, pairs[k + 15]).reinterpretAsShorts())));

        at += ROWS;
        k += 16;
      }
      FloatVector scale =
          IntVector.fromArray(INTS, packed, scaleAt)
              .lanewise(VectorOperators.LSHL, 16 - (group & 4) * 4)
              .and(HIGH)
              .reinterpretAsFloats();
      IntVector pa = s.reinterpretAsInts();
      FloatVector fa =
          (FloatVector)
              pa.lanewise(VectorOperators.LSHL, 16)
                  .lanewise(VectorOperators.ASHR, 16)
                  .add(pa.lanewise(VectorOperators.ASHR, 16))
                  .convert(VectorOperators.I2F, 0);
      a = fa.mul(scales[group]).fma(scale, a);
      IntVector pb = t.reinterpretAsInts();
      FloatVector fb =
          (FloatVector)
              pb.lanewise(VectorOperators.LSHL, 16)
                  .lanewise(VectorOperators.ASHR, 16)
                  .add(pb.lanewise(VectorOperators.ASHR, 16))
                  .convert(VectorOperators.I2F, 0);
      b = fb.mul(scales[group + 1]).fma(scale, b);
      IntVector pc = u.reinterpretAsInts();
      FloatVector fc =
          (FloatVector)
              pc.lanewise(VectorOperators.LSHL, 16)
                  .lanewise(VectorOperators.ASHR, 16)
                  .add(pc.lanewise(VectorOperators.ASHR, 16))
                  .convert(VectorOperators.I2F, 0);
      c = fc.mul(scales[group + 2]).fma(scale, c);
      IntVector pd = v.reinterpretAsInts();
      FloatVector fd =
          (FloatVector)
              pd.lanewise(VectorOperators.LSHL, 16)
                  .lanewise(VectorOperators.ASHR, 16)
                  .add(pd.lanewise(VectorOperators.ASHR, 16))
                  .convert(VectorOperators.I2F, 0);
      d = fd.mul(scales[group + 3]).fma(scale, d);
    }
    float[] to = y.values();
    a.intoArray(to, yAt);
    b.intoArray(to, yAt + y.stride());
    c.intoArray(to, yAt + 2 * y.stride());
    d.intoArray(to, yAt + 3 * y.stride());
  }

  static void values(int[] packed, int in, Region part, Plain target) {
    for (int row = part.row(); row < part.endRow(); row += ROWS) {
      for (int lane = 0; lane < ROWS; lane += LANES) {
        for (int column = part.column(); column < part.endColumn(); column += 64) {
          int start = (row / ROWS * (in / 64) + column / 64) * Int4Weight.STRIDE + lane;
          int place = target.byColumn(row + lane, column);
          IntVector scale = IntVector.fromArray(INTS, packed, start);
          group(
              packed,
              start + ROWS,
              scale.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(),
              target,
              place);
          group(
              packed,
              start + 5 * ROWS,
              scale.and(HIGH).reinterpretAsFloats(),
              target,
              place + 32 * target.stride());
        }
      }
    }
  }

  private static void group(int[] packed, int start, FloatVector scale, Plain target, int place) {
    if (target.isHalf()) {
      halves(packed, start, scale, target, place);
    } else {
      floats(packed, start, scale, target, place);
    }
  }

  private static void halves(int[] packed, int start, FloatVector scale, Plain target, int place) {
    Object to = target.memory().view();
    int step = 2 * target.stride();
    for (int i = 0; i < 4; i++) {
      IntVector word = IntVector.fromArray(INTS, packed, start + i * ROWS);
      for (int c = 0; c < 4; c++) {
        int at = 2 * place + (8 * i + 2 * c) * step;
        IntVector even = word.lanewise(VectorOperators.LSHR, 4 * c).and(15).sub(8);
        IntVector odd = word.lanewise(VectorOperators.LSHR, 4 * c + 16).and(15).sub(8);
        Native.storeHalves(((FloatVector) even.convert(VectorOperators.I2F, 0)).mul(scale), to, at);
        Native.storeHalves(
            ((FloatVector) odd.convert(VectorOperators.I2F, 0)).mul(scale), to, at + step);
      }
    }
  }

  private static void floats(int[] packed, int start, FloatVector scale, Plain target, int place) {
    Object to = target.memory().view();
    int step = 4 * target.stride();
    for (int i = 0; i < 4; i++) {
      IntVector word = IntVector.fromArray(INTS, packed, start + i * ROWS);
      for (int c = 0; c < 4; c++) {
        int at = 4 * place + (8 * i + 2 * c) * step;
        IntVector even = word.lanewise(VectorOperators.LSHR, 4 * c).and(15).sub(8);
        IntVector odd = word.lanewise(VectorOperators.LSHR, 4 * c + 16).and(15).sub(8);
        Native.store(((FloatVector) even.convert(VectorOperators.I2F, 0)).mul(scale), to, at);
        Native.store(((FloatVector) odd.convert(VectorOperators.I2F, 0)).mul(scale), to, at + step);
      }
    }
  }
}
