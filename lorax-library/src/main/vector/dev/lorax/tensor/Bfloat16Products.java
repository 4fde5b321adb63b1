package dev.lorax.tensor;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products with the rows of a bfloat16 matrix where it lies: four rows at once, so that a number of
 * x is loaded once for all, a quarter of the rows apart, so that each is one long stream that the
 * processor reads ahead; with neighbours instead it reads at a third of the speed.
 *
 * <p>A sum adds in the same order however many rows and tokens go together. Bodies call nothing but
 * the vectors' own methods, beyond loads: see {@link Int8Products}.
 */
final class Bfloat16Products {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = FLOATS.length();
  private static final int HIGH = 0xffff0000;

  private Bfloat16Products() {}

  /** See {@link Vectors#bf16}. */
  static void multiply(
      Span memory, int in, int row, int rows, float[] halves, int tokens, Products.Output y) {
    int start = 2 * row * in;
    int far = rows / 4;
    for (int token = 0; token < tokens; token += 2) {
      boolean isLast = token + 1 == tokens;
      for (int r = 0; r < far; r++) {
        int from = start + 2 * r * in;
        int at = y.at() + token * y.stride() + r;
        if (isLast) {
          fourRows(memory.view(), from, 2 * far * in, in, halves, token * in, y.values(), at, far);
        } else {
          fourRowsTwice(memory.view(), from, 2 * far * in, in, halves, token * in, y, at, far);
        }
      }
    }
    for (int token = 0; token < tokens; token++) {
      int at = y.at() + token * y.stride();
      ends(memory, start, rows, in, halves, token * in, y.values(), at);
    }
  }

  /** The rows beyond the last four, and what the vectors leave over of each row. */
  private static void ends(
      Span memory, int start, int rows, int in, float[] x, int xAt, float[] y, int at) {
    for (int r = rows / 4 * 4; r < rows; r++) {
      y[at + r] = row(memory.view(), start + 2 * r * in, in, x, xAt);
    }
    if (in % (2 * LANES) != 0) {
      for (int r = 0; r < rows; r++) {
        y[at + r] += rest(memory, start + 2 * r * in, in, x, xAt);
      }
    }
  }

  private static void fourRows(
      Object view, int start, int far, int in, float[] x, int xAt, float[] y, int at, int next) {
    int pairs = in / 2;
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int place = start;
    for (int k = xAt; k + LANES <= xAt + pairs; k += LANES) {
      FloatVector even = FloatVector.fromArray(FLOATS, x, k);
      FloatVector odd = FloatVector.fromArray(FLOATS, x, k + pairs);
      IntVector v = Native.ints(view, place);
      a = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(even, a);
      a = v.and(HIGH).reinterpretAsFloats().fma(odd, a);
      v = Native.ints(view, place + far);
      b = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(even, b);
      b = v.and(HIGH).reinterpretAsFloats().fma(odd, b);
      v = Native.ints(view, place + 2 * far);
      c = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(even, c);
      c = v.and(HIGH).reinterpretAsFloats().fma(odd, c);
      v = Native.ints(view, place + 3 * far);
      d = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(even, d);
      d = v.and(HIGH).reinterpretAsFloats().fma(odd, d);
      place += 4 * LANES;
    }
    y[at] = a.reduceLanes(VectorOperators.ADD);
    y[at + next] = b.reduceLanes(VectorOperators.ADD);
    y[at + 2 * next] = c.reduceLanes(VectorOperators.ADD);
    y[at + 3 * next] = d.reduceLanes(VectorOperators.ADD);
  }

  private static void fourRowsTwice(
      Object view,
      int start,
      int far,
      int in,
      float[] x,
      int xAt,
      Products.Output output,
      int at,
      int next) {
    float[] y = output.values();
    int stride = output.stride();
    int pairs = in / 2;
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    FloatVector e = a;
    FloatVector f = a;
    FloatVector g = a;
    FloatVector h = a;
    int place = start;
    for (int k = xAt; k + LANES <= xAt + pairs; k += LANES) {
      FloatVector even = FloatVector.fromArray(FLOATS, x, k);
      FloatVector odd = FloatVector.fromArray(FLOATS, x, k + pairs);
      FloatVector even2 = FloatVector.fromArray(FLOATS, x, k + in);
      FloatVector odd2 = FloatVector.fromArray(FLOATS, x, k + in + pairs);
      IntVector v = Native.ints(view, place);
      FloatVector low = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      FloatVector high = v.and(HIGH).reinterpretAsFloats();
      a = high.fma(odd, low.fma(even, a));
      e = high.fma(odd2, low.fma(even2, e));
      v = Native.ints(view, place + far);
      low = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      high = v.and(HIGH).reinterpretAsFloats();
      b = high.fma(odd, low.fma(even, b));
      f = high.fma(odd2, low.fma(even2, f));
      v = Native.ints(view, place + 2 * far);
      low = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      high = v.and(HIGH).reinterpretAsFloats();
      c = high.fma(odd, low.fma(even, c));
      g = high.fma(odd2, low.fma(even2, g));
      v = Native.ints(view, place + 3 * far);
      low = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
      high = v.and(HIGH).reinterpretAsFloats();
      d = high.fma(odd, low.fma(even, d));
      h = high.fma(odd2, low.fma(even2, h));
      place += 4 * LANES;
    }
    y[at] = a.reduceLanes(VectorOperators.ADD);
    y[at + next] = b.reduceLanes(VectorOperators.ADD);
    y[at + 2 * next] = c.reduceLanes(VectorOperators.ADD);
    y[at + 3 * next] = d.reduceLanes(VectorOperators.ADD);
    y[at + stride] = e.reduceLanes(VectorOperators.ADD);
    y[at + stride + next] = f.reduceLanes(VectorOperators.ADD);
    y[at + stride + 2 * next] = g.reduceLanes(VectorOperators.ADD);
    y[at + stride + 3 * next] = h.reduceLanes(VectorOperators.ADD);
  }

  private static float row(Object view, int start, int in, float[] x, int xAt) {
    int pairs = in / 2;
    FloatVector sum = FloatVector.zero(FLOATS);
    int place = start;
    for (int k = xAt; k + LANES <= xAt + pairs; k += LANES) {
      IntVector v = Native.ints(view, place);
      FloatVector even = FloatVector.fromArray(FLOATS, x, k);
      FloatVector odd = FloatVector.fromArray(FLOATS, x, k + pairs);
      sum = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(even, sum);
      sum = v.and(HIGH).reinterpretAsFloats().fma(odd, sum);
      place += 4 * LANES;
    }
    return sum.reduceLanes(VectorOperators.ADD);
  }

  /** What the vectors leave over of a row. */
  private static float rest(Span memory, int start, int in, float[] x, int xAt) {
    int pairs = in / 2;
    float sum = 0;
    for (int k = pairs / LANES * LANES; k < pairs; k++) {
      int both = memory.buffer().getInt(start + 4 * k);
      sum += Float.intBitsToFloat(both << 16) * x[xAt + k];
      sum += Float.intBitsToFloat(both & HIGH) * x[xAt + pairs + k];
    }
    return sum;
  }
}
