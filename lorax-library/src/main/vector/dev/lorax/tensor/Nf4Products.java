package dev.lorax.tensor;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Makes 4-bit normal floats plain: a scale times the sixteen codes is a table that lies in a vector
 * or two, from which a permutation takes a number for each lane.
 */
final class Nf4Products {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final int LANES = INTS.length();
  private static final int BLOCK = Nf4Weight.BLOCK;
  private static final boolean IS_WIDE = LANES == NormalFloat.CODES.length;
  private static final float[] CODES = NormalFloat.CODES;
  private static final VectorShuffle<Float> FIRST = VectorShuffle.makeZip(FLOATS, 0);
  private static final VectorShuffle<Float> SECOND = VectorShuffle.makeZip(FLOATS, 1);

  private Nf4Products() {}

  static void values(Span packed, BlockScales scales, int in, Region part, Plain target) {
    int blocks = part.columns() / BLOCK;
    float[] runs = new float[blocks];
    Object from = packed.view();
    Object to = target.memory().view();
    for (int row = part.row(); row < part.endRow(); row++) {
      long number = (long) row * in + part.column();
      scales.read(number, runs, blocks);
      int place = target.byRow(row, part.column());
      if (target.isHalf()) {
        halves(from, (int) (number / 2), runs, to, 2 * place);
      } else {
        floats(from, (int) (number / 2), runs, to, 4 * place);
      }
    }
  }

  /** Pairs of numbers, the first in the lower half of an int. */
  private static void halves(Object from, int at, float[] runs, Object to, int place) {
    for (int run = 0; run < runs.length; run++) {
      IntVector table = rounded(FloatVector.fromArray(FLOATS, CODES, 0).mul(runs[run]));
      IntVector upper =
          IS_WIDE ? table : rounded(FloatVector.fromArray(FLOATS, CODES, LANES).mul(runs[run]));
      for (int i = 0; i < BLOCK / 2; i += LANES) {
        IntVector codes = Native.widened(from, at + run * BLOCK / 2 + i);
        IntVector even = taken(table, upper, codes.lanewise(VectorOperators.LSHR, 4).and(15));
        IntVector odd = taken(table, upper, codes.and(15));
        Native.store(
            even.or(odd.lanewise(VectorOperators.LSHL, 16)), to, place + run * BLOCK * 2 + 4 * i);
      }
    }
  }

  private static void floats(Object from, int at, float[] runs, Object to, int place) {
    for (int run = 0; run < runs.length; run++) {
      IntVector table = FloatVector.fromArray(FLOATS, CODES, 0).mul(runs[run]).reinterpretAsInts();
      IntVector upper =
          IS_WIDE
              ? table
              : FloatVector.fromArray(FLOATS, CODES, LANES).mul(runs[run]).reinterpretAsInts();
      for (int i = 0; i < BLOCK / 2; i += LANES) {
        IntVector codes = Native.widened(from, at + run * BLOCK / 2 + i);
        FloatVector even =
            taken(table, upper, codes.lanewise(VectorOperators.LSHR, 4).and(15))
                .reinterpretAsFloats();
        FloatVector odd = taken(table, upper, codes.and(15)).reinterpretAsFloats();
        int first = place + run * BLOCK * 4 + 8 * i;
        Native.store(even.rearrange(FIRST, odd), to, first);
        Native.store(even.rearrange(SECOND, odd), to, first + 4 * LANES);
      }
    }
  }

  private static IntVector taken(IntVector table, IntVector upper, IntVector codes) {
    return IS_WIDE
        ? table.rearrange(codes.toShuffle())
        : table
            .rearrange(codes.and(LANES - 1).toShuffle())
            .blend(
                upper.rearrange(codes.and(LANES - 1).toShuffle()),
                codes.compare(VectorOperators.GE, LANES));
  }

  /** To the nearest bfloat16, in the lower half; halfway, to the even one. */
  private static IntVector rounded(FloatVector x) {
    IntVector bits = x.reinterpretAsInts();
    return bits.add(0x7fff)
        .add(bits.lanewise(VectorOperators.LSHR, 16).and(1))
        .lanewise(VectorOperators.LSHR, 16);
  }
}
