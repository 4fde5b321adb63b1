package dev.lorax.tensor;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** {@link Bfloat16Products} for float32 matrices. */
final class Float32Products {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = FLOATS.length();

  private Float32Products() {}

  /** See {@link Vectors#f32}. */
  static void multiply(
      Span memory, int in, int row, int rows, float[] x, int tokens, Products.Output y) {
    for (int token = 0; token < tokens; token++) {
      int at = y.at() + token * y.stride();
      one(memory, 4 * row * in, rows, in, x, token * in, y.values(), at);
    }
  }

  private static void one(
      Span memory, int start, int rows, int in, float[] x, int xAt, float[] y, int at) {
    int far = rows / 4;
    for (int r = 0; r < far; r++) {
      fourRows(memory.view(), start + 4 * r * in, 4 * far * in, in, x, xAt, y, at + r, far);
    }
    for (int r = 4 * far; r < rows; r++) {
      y[at + r] = row(memory.view(), start + 4 * r * in, in, x, xAt);
    }
    if (in % LANES != 0) {
      for (int r = 0; r < rows; r++) {
        y[at + r] += rest(memory, start + 4 * r * in, in, x, xAt);
      }
    }
  }

  private static void fourRows(
      Object view, int start, int far, int in, float[] x, int xAt, float[] y, int at, int next) {
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int place = start;
    for (int k = xAt; k + LANES <= xAt + in; k += LANES) {
      FloatVector some = FloatVector.fromArray(FLOATS, x, k);
      a = Native.floats(view, place).fma(some, a);
      b = Native.floats(view, place + far).fma(some, b);
      c = Native.floats(view, place + 2 * far).fma(some, c);
      d = Native.floats(view, place + 3 * far).fma(some, d);
      place += 4 * LANES;
    }
    y[at] = a.reduceLanes(VectorOperators.ADD);
    y[at + next] = b.reduceLanes(VectorOperators.ADD);
    y[at + 2 * next] = c.reduceLanes(VectorOperators.ADD);
    y[at + 3 * next] = d.reduceLanes(VectorOperators.ADD);
  }

  private static float row(Object view, int start, int in, float[] x, int xAt) {
    FloatVector sum = FloatVector.zero(FLOATS);
    int place = start;
    for (int k = xAt; k + LANES <= xAt + in; k += LANES) {
      sum = Native.floats(view, place).fma(FloatVector.fromArray(FLOATS, x, k), sum);
      place += 4 * LANES;
    }
    return sum.reduceLanes(VectorOperators.ADD);
  }

  /** What the vectors leave over of a row. */
  private static float rest(Span memory, int start, int in, float[] x, int xAt) {
    float sum = 0;
    for (int k = in / LANES * LANES; k < in; k++) {
      sum += memory.buffer().getFloat(start + 4 * k) * x[xAt + k];
    }
    return sum;
  }
}
