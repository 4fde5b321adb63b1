package dev.lorax.tensor;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link Vectors} on the widest vectors that the processor has.
 *
 * <p>Loop bodies are small on purpose: beyond some thirty vector operations the compiler stops
 * inlining and makes an object of each value, ten times slower.
 */
final class HeapVectors implements Vectors {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = FLOATS.length();
  private static final float LOG2_E = 1.44269504f;
  private static final float LN_2_HIGH = 0.693359375f; // few bits, so that its multiples are exact
  private static final float LN_2_LOW = -2.12194440e-4f;
  private static final float ROUNDING = 12582912; // 1.5 · 2^23: adding it leaves a whole number
  private static final float GELU_SLOPE = 1.5957691216f; // 2 √(2/π)
  private static final float GELU_CUBE = 0.044715f;

  /** Checks that vectors are wide enough: with 128 bits the engine's kernels are as fast. */
  HeapVectors() {
    if (LANES < 8) {
      throw new UnsupportedOperationException("the processor's vectors have less than 256 bits");
    }
  }

  private static FloatVector load(float[] x, int at) {
    return FloatVector.fromArray(FLOATS, x, at);
  }

  private static float total(FloatVector v) {
    return v.reduceLanes(VectorOperators.ADD);
  }

  @Override
  public float dot(float[] a, int aAt, float[] b, int bAt, int length) {
    FloatVector sum = FloatVector.zero(FLOATS);
    FloatVector other = sum;
    int i = 0;
    for (; i + 2 * LANES <= length; i += 2 * LANES) {
      sum = load(a, aAt + i).fma(load(b, bAt + i), sum);
      other = load(a, aAt + i + LANES).fma(load(b, bAt + i + LANES), other);
    }
    float result = total(sum.add(other));
    for (; i < length; i++) {
      result += a[aAt + i] * b[bAt + i];
    }
    return result;
  }

  @Override
  public float squares(float[] x, int at, int length, float shift) {
    FloatVector sum = FloatVector.zero(FLOATS);
    int i = 0;
    for (; i + LANES <= length; i += LANES) {
      FloatVector moved = load(x, at + i).sub(shift);
      sum = moved.fma(moved, sum);
    }
    float result = total(sum);
    for (; i < length; i++) {
      result += (x[at + i] - shift) * (x[at + i] - shift);
    }
    return result;
  }

  @Override
  public float sum(float[] x, int at, int length) {
    FloatVector sum = FloatVector.zero(FLOATS);
    int i = 0;
    for (; i + LANES <= length; i += LANES) {
      sum = sum.add(load(x, at + i));
    }
    float result = total(sum);
    for (; i < length; i++) {
      result += x[at + i];
    }
    return result;
  }

  @Override
  public void addScaled(float factor, float[] x, int xAt, float[] y, int yAt, int length) {
    int i = 0;
    for (; i + LANES <= length; i += LANES) {
      load(x, xAt + i)
          .fma(FloatVector.broadcast(FLOATS, factor), load(y, yAt + i))
          .intoArray(y, yAt + i);
    }
    for (; i < length; i++) {
      y[yAt + i] += factor * x[xAt + i];
    }
  }

  @Override
  public void silu(float[] x, float[] y, int length) {
    for (int i = 0; i < length; i += LANES) {
      var some = FLOATS.indexInRange(i, length);
      FloatVector v = FloatVector.fromArray(FLOATS, x, i, some);
      gated(v, v).intoArray(y, i, some);
    }
  }

  /** x/2 · (1 + tanh(u/2)) is x · sigmoid(u). */
  @Override
  public void geluTanh(float[] x, float[] y, int length) {
    for (int i = 0; i < length; i += LANES) {
      var some = FLOATS.indexInRange(i, length);
      FloatVector v = FloatVector.fromArray(FLOATS, x, i, some);
      FloatVector cube = v.mul(v).mul(v);
      gated(v, cube.mul(GELU_CUBE).add(v).mul(GELU_SLOPE)).intoArray(y, i, some);
    }
  }

  /** tanh(u) is 1 − 2 / (e^2u + 1). */
  @Override
  public void softCap(float cap, float[] x, int from, int to) {
    for (int i = from; i < to; i += LANES) {
      var some = FLOATS.indexInRange(i, to);
      FloatVector u = FloatVector.fromArray(FLOATS, x, i, some).mul(2 / cap);
      FloatVector rest = FloatVector.broadcast(FLOATS, 2 * cap).div(exponential(u).add(1));
      rest.neg().add(cap).intoArray(x, i, some);
    }
  }

  /** x · sigmoid(u). */
  private static FloatVector gated(FloatVector x, FloatVector u) {
    return x.div(exponential(u.neg()).add(1));
  }

  /** e^x within 2 units in the last place, of numbers from −87 to 88; beyond, of those. */
  static FloatVector exponential(FloatVector x) {
    FloatVector in = x.max(-87).min(88);
    FloatVector shifted = in.mul(LOG2_E).add(ROUNDING);
    FloatVector whole = shifted.sub(ROUNDING);
    FloatVector rest = whole.fma(FloatVector.broadcast(FLOATS, -LN_2_HIGH), in);
    rest = whole.fma(FloatVector.broadcast(FLOATS, -LN_2_LOW), rest);
    IntVector power = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
    return series(rest).reinterpretAsInts().add(power).reinterpretAsFloats();
  }

  /** Taylor's for e^x; half of ln 2 is the largest x. */
  private static FloatVector series(FloatVector x) {
    FloatVector sum = x.mul(1f / 5040).add(1f / 720);
    sum = sum.fma(x, FloatVector.broadcast(FLOATS, 1f / 120));
    sum = sum.fma(x, FloatVector.broadcast(FLOATS, 1f / 24));
    sum = sum.fma(x, FloatVector.broadcast(FLOATS, 1f / 6));
    sum = sum.fma(x, FloatVector.broadcast(FLOATS, 0.5f));
    sum = sum.fma(x, FloatVector.broadcast(FLOATS, 1));
    return sum.fma(x, FloatVector.broadcast(FLOATS, 1));
  }

  @Override
  public float exponentials(float[] x, int from, int to) {
    float largest = largest(x, from, to);
    FloatVector sum = FloatVector.zero(FLOATS);
    for (int i = from; i < to; i += LANES) {
      var some = FLOATS.indexInRange(i, to);
      FloatVector power = exponential(FloatVector.fromArray(FLOATS, x, i, some).sub(largest));
      power.intoArray(x, i, some);
      sum = sum.add(power, some);
    }
    return total(sum);
  }

  private static float largest(float[] x, int from, int to) {
    FloatVector most = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
    int i = from;
    for (; i + LANES <= to; i += LANES) {
      most = most.max(load(x, i));
    }
    float result = most.reduceLanes(VectorOperators.MAX);
    for (; i < to; i++) {
      result = Math.max(result, x[i]);
    }
    return result;
  }

  // ---- matrices in native memory

  @Override
  public void bf16(
      Span memory, int in, int row, int rows, float[] halves, int tokens, Products.Output y) {
    Bfloat16Products.multiply(memory, in, row, rows, halves, tokens, y);
  }

  @Override
  public void f32(
      Span memory, int in, int row, int rows, float[] x, int tokens, Products.Output y) {
    Float32Products.multiply(memory, in, row, rows, x, tokens, y);
  }

  // ---- attention to a cache

  @Override
  public int block() {
    return 4 * LANES;
  }

  @Override
  public void scores(
      Span keys,
      int at,
      int capacity,
      int from,
      int to,
      float[] q,
      int qAt,
      int queries,
      int head,
      float scale,
      float[] s,
      int sAt) {
    for (int p = from; p < to; p += 4 * LANES) {
      int start = 4 * (at + p);
      if (queries == 2) {
        blockOfTwo(keys.view(), start, 4 * capacity, q, qAt, head, scale, s, sAt + p, capacity);
      } else {
        scoresBlock(keys.view(), start, 4 * capacity, q, qAt, head, scale, s, sAt + p);
      }
    }
  }

  private static void blockOfTwo(
      Object view,
      int start,
      int step,
      float[] q,
      int qAt,
      int head,
      float scale,
      float[] s,
      int at,
      int next) {
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    FloatVector e = a;
    FloatVector f = a;
    FloatVector g = a;
    FloatVector h = a;
    int place = start;
    for (int i = qAt; i < qAt + head; i++) {
      FloatVector x = FloatVector.broadcast(FLOATS, q[i]);
      FloatVector y = FloatVector.broadcast(FLOATS, q[i + head]);
      FloatVector key = Native.floats(view, place);
      a = key.fma(x, a);
      e = key.fma(y, e);
      key = Native.floats(view, place + 4 * LANES);
      b = key.fma(x, b);
      f = key.fma(y, f);
      key = Native.floats(view, place + 8 * LANES);
      c = key.fma(x, c);
      g = key.fma(y, g);
      key = Native.floats(view, place + 12 * LANES);
      d = key.fma(x, d);
      h = key.fma(y, h);
      place += step;
    }
    a.mul(scale).intoArray(s, at);
    b.mul(scale).intoArray(s, at + LANES);
    c.mul(scale).intoArray(s, at + 2 * LANES);
    d.mul(scale).intoArray(s, at + 3 * LANES);
    e.mul(scale).intoArray(s, at + next);
    f.mul(scale).intoArray(s, at + next + LANES);
    g.mul(scale).intoArray(s, at + next + 2 * LANES);
    h.mul(scale).intoArray(s, at + next + 3 * LANES);
  }

  private static void scoresBlock(
      Object view,
      int start,
      int step,
      float[] q,
      int qAt,
      int head,
      float scale,
      float[] s,
      int at) {
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int place = start;
    for (int i = 0; i < head; i++) {
      FloatVector x = FloatVector.broadcast(FLOATS, q[qAt + i]);
      a = Native.floats(view, place).fma(x, a);
      b = Native.floats(view, place + 4 * LANES).fma(x, b);
      c = Native.floats(view, place + 8 * LANES).fma(x, c);
      d = Native.floats(view, place + 12 * LANES).fma(x, d);
      place += step;
    }
    a.mul(scale).intoArray(s, at);
    b.mul(scale).intoArray(s, at + LANES);
    c.mul(scale).intoArray(s, at + 2 * LANES);
    d.mul(scale).intoArray(s, at + 3 * LANES);
  }

  @Override
  public void mix(
      Span values,
      int at,
      int capacity,
      int from,
      int to,
      float[] s,
      int sAt,
      int queries,
      int head,
      float[] y,
      int yAt) {
    int i = 0;
    for (; queries == 2 && i + 4 * LANES <= head; i += 4 * LANES) {
      mixFourOfTwo(values.view(), 4 * (at + i), head, from, to, s, sAt, capacity, y, yAt + i);
    }
    for (int query = 0; query < queries; query++) {
      mixRest(values, at, head, i, from, to, s, sAt + query * capacity, y, yAt + query * head);
    }
  }

  /** One query's mix of the values' numbers from an index on. */
  private static void mixRest(
      Span values,
      int at,
      int head,
      int first,
      int from,
      int to,
      float[] s,
      int sAt,
      float[] y,
      int yAt) {
    int i = first;
    for (; i + 4 * LANES <= head; i += 4 * LANES) {
      mixFour(values.view(), 4 * (at + i), head, from, to, s, sAt, y, yAt + i);
    }
    for (; i + LANES <= head; i += LANES) {
      mixOne(values.view(), 4 * (at + i), head, from, to, s, sAt, y, yAt + i);
    }
    for (; i < head; i++) {
      float sum = 0;
      for (int p = from; p < to; p++) {
        sum += values.buffer().getFloat(4 * (at + p * head + i)) * s[sAt + p];
      }
      y[yAt + i] = sum;
    }
  }

  private static void mixFourOfTwo(
      Object view,
      int start,
      int head,
      int from,
      int to,
      float[] s,
      int sAt,
      int next,
      float[] y,
      int yAt) {
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    FloatVector e = a;
    FloatVector f = a;
    FloatVector g = a;
    FloatVector h = a;
    int place = start + 4 * from * head;
    for (int p = sAt + from; p < sAt + to; p++) {
      FloatVector weight = FloatVector.broadcast(FLOATS, s[p]);
      FloatVector second = FloatVector.broadcast(FLOATS, s[p + next]);
      FloatVector value = Native.floats(view, place);
      a = value.fma(weight, a);
      e = value.fma(second, e);
      value = Native.floats(view, place + 4 * LANES);
      b = value.fma(weight, b);
      f = value.fma(second, f);
      value = Native.floats(view, place + 8 * LANES);
      c = value.fma(weight, c);
      g = value.fma(second, g);
      value = Native.floats(view, place + 12 * LANES);
      d = value.fma(weight, d);
      h = value.fma(second, h);
      place += 4 * head;
    }
    a.intoArray(y, yAt);
    b.intoArray(y, yAt + LANES);
    c.intoArray(y, yAt + 2 * LANES);
    d.intoArray(y, yAt + 3 * LANES);
    e.intoArray(y, yAt + head);
    f.intoArray(y, yAt + head + LANES);
    g.intoArray(y, yAt + head + 2 * LANES);
    h.intoArray(y, yAt + head + 3 * LANES);
  }

  private static void mixFour(
      Object view, int start, int head, int from, int to, float[] s, int sAt, float[] y, int yAt) {
    FloatVector a = FloatVector.zero(FLOATS);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int place = start + 4 * from * head;
    for (int p = from; p < to; p++) {
      FloatVector weight = FloatVector.broadcast(FLOATS, s[sAt + p]);
      a = Native.floats(view, place).fma(weight, a);
      b = Native.floats(view, place + 4 * LANES).fma(weight, b);
      c = Native.floats(view, place + 8 * LANES).fma(weight, c);
      d = Native.floats(view, place + 12 * LANES).fma(weight, d);
      place += 4 * head;
    }
    a.intoArray(y, yAt);
    b.intoArray(y, yAt + LANES);
    c.intoArray(y, yAt + 2 * LANES);
    d.intoArray(y, yAt + 3 * LANES);
  }

  private static void mixOne(
      Object view, int start, int head, int from, int to, float[] s, int sAt, float[] y, int yAt) {
    FloatVector sum = FloatVector.zero(FLOATS);
    for (int p = from; p < to; p++) {
      FloatVector weight = FloatVector.broadcast(FLOATS, s[sAt + p]);
      sum = Native.floats(view, start + 4 * p * head).fma(weight, sum);
    }
    sum.intoArray(y, yAt);
  }
}
