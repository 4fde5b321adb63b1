package dev.lorax.tensor;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** {@link Sweeps} on the widest vectors that the processor has. */
final class NativeSweeps implements Sweeps {
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = FLOATS.length();
  private static final float GELU_SLOPE = 1.5957691216f; // 2 √(2/π)
  private static final float GELU_CUBE = 0.044715f;

  /** Even places come first, then odd ones, then those that fill no vector. */
  @Override
  public void load(Span memory, DType type, int at, int count, float[] x) {
    if (type == DType.F32) {
      loadFloats(memory, at, count, x);
      return;
    }
    Object view = memory.view();
    int pairs = count / (2 * LANES) * LANES;
    for (int k = 0; k < pairs; k += LANES) {
      IntVector both = Native.ints(view, 2 * at + 4 * k);
      both.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().intoArray(x, k);
      both.and(0xffff0000).reinterpretAsFloats().intoArray(x, pairs + k);
    }
    for (int i = 2 * pairs; i < count; i++) {
      x[i] = Float.intBitsToFloat(memory.buffer().getShort(2 * (at + i)) << 16);
    }
  }

  private static void loadFloats(Span memory, int at, int count, float[] x) {
    Object view = memory.view();
    int i = 0;
    for (; i + LANES <= count; i += LANES) {
      Native.floats(view, 4 * (at + i)).intoArray(x, i);
    }
    for (; i < count; i++) {
      x[i] = memory.buffer().getFloat(4 * (at + i));
    }
  }

  @Override
  public void store(float[] x, Span memory, DType type, int at, int count) {
    if (type == DType.F32) {
      storeFloats(x, memory, at, count);
      return;
    }
    Object view = memory.view();
    int pairs = count / (2 * LANES) * LANES;
    for (int k = 0; k < pairs; k += LANES) {
      IntVector even = rounded(FloatVector.fromArray(FLOATS, x, k));
      IntVector odd = rounded(FloatVector.fromArray(FLOATS, x, pairs + k));
      IntVector both = even.lanewise(VectorOperators.LSHR, 16).or(odd.and(0xffff0000));
      Native.store(both, view, 2 * at + 4 * k);
    }
    for (int i = 2 * pairs; i < count; i++) {
      int bits = Float.floatToIntBits(x[i]);
      int rounded = bits + 0x7fff + (bits >>> 16 & 1);
      memory.buffer().putShort(2 * (at + i), (short) (rounded >>> 16));
    }
  }

  /** To the nearest bfloat16 in the upper half; halfway, to the even one. */
  private static IntVector rounded(FloatVector x) {
    IntVector bits = x.reinterpretAsInts();
    return bits.add(0x7fff).add(bits.lanewise(VectorOperators.LSHR, 16).and(1));
  }

  private static void storeFloats(float[] x, Span memory, int at, int count) {
    Object view = memory.view();
    int i = 0;
    for (; i + LANES <= count; i += LANES) {
      Native.store(FloatVector.fromArray(FLOATS, x, i).reinterpretAsInts(), view, 4 * (at + i));
    }
    for (; i < count; i++) {
      memory.buffer().putFloat(4 * (at + i), x[i]);
    }
  }

  /** With s = sigmoid(u): the value is x · s, the slope s + x · s · (1 − s) · u′. */
  @Override
  public void geluTanh(float[] x, float[] slope, int count) {
    for (int i = 0; i < count; i += LANES) {
      sigmoid(FloatVector.fromArray(FLOATS, x, i)).intoArray(slope, i);
    }
    for (int i = 0; i < count; i += LANES) {
      FloatVector v = FloatVector.fromArray(FLOATS, x, i);
      FloatVector s = FloatVector.fromArray(FLOATS, slope, i);
      FloatVector value = v.mul(s);
      FloatVector inner = v.mul(v).mul(3 * GELU_CUBE).add(1).mul(GELU_SLOPE);
      value.intoArray(x, i);
      value.sub(value.mul(s)).fma(inner, s).intoArray(slope, i);
    }
  }

  private static FloatVector sigmoid(FloatVector x) {
    FloatVector u = x.mul(x).mul(GELU_CUBE).add(1).mul(x).mul(-GELU_SLOPE);
    return FloatVector.broadcast(FLOATS, 1).div(HeapVectors.exponential(u).add(1));
  }

  @Override
  public float sum(float[] x, int count) {
    FloatVector sum = FloatVector.zero(FLOATS);
    int i = 0;
    for (; i + LANES <= count; i += LANES) {
      sum = sum.add(FloatVector.fromArray(FLOATS, x, i));
    }
    float result = sum.reduceLanes(VectorOperators.ADD);
    for (; i < count; i++) {
      result += x[i];
    }
    return result;
  }

  @Override
  public float largest(float[] x, int count) {
    FloatVector most = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
    int i = 0;
    for (; i + LANES <= count; i += LANES) {
      most = most.max(FloatVector.fromArray(FLOATS, x, i));
    }
    float result = most.reduceLanes(VectorOperators.MAX);
    for (; i < count; i++) {
      result = Math.max(result, x[i]);
    }
    return result;
  }

  @Override
  public float exponentials(float[] x, int count, float shift) {
    Arrays.fill(x, count, FLOATS.loopBound(count + LANES - 1), Float.NEGATIVE_INFINITY);
    FloatVector sum = FloatVector.zero(FLOATS);
    for (int i = 0; i < count; i += LANES) {
      FloatVector v = FloatVector.fromArray(FLOATS, x, i);
      FloatVector power = HeapVectors.exponential(v.sub(shift));
      power.intoArray(x, i);
      sum = sum.add(power);
    }
    return sum.reduceLanes(VectorOperators.ADD);
  }

  @Override
  public void line(float[] x, int count, float factor, float term) {
    int i = 0;
    for (; i + LANES <= count; i += LANES) {
      FloatVector.fromArray(FLOATS, x, i).mul(factor).add(term).intoArray(x, i);
    }
    for (; i < count; i++) {
      x[i] = x[i] * factor + term;
    }
  }
}
