package dev.lorax.tensor;

import java.util.Arrays;

/**
 * The data types that store {@link Nf4Weight}: numbers in [−1, 1], of which a code names one.
 *
 * <p>The 4-bit normal float has the quantiles of a normal distribution (Dettmers et al. 2023,
 * appendix E). The 8-bit dynamic type of the scales has an exponent of varying length, and what is
 * left of the bits for a fraction (Dettmers 2015, section 3).
 */
final class NormalFloat {
  /** The sixteen 4-bit normal floats, as bitsandbytes stores them. */
  static final float[] CODES = {
    -1f,
    -0.6961928f,
    -0.52507305f,
    -0.39491749f,
    -0.28444138f,
    -0.18477343f,
    -0.091050036f,
    0f,
    0.0795803f,
    0.1609302f,
    0.2461123f,
    0.33791524f,
    0.44070983f,
    0.562617f,
    0.72295684f,
    1f
  };

  private static final int EXPONENTS = 7;

  private NormalFloat() {}

  /** The 256 numbers of the signed 8-bit dynamic type, ascending. */
  static float[] dynamic() {
    float[] map = new float[256];
    int count = 0;
    for (int exponent = 0; exponent < EXPONENTS; exponent++) {
      float power = (float) Math.pow(10, exponent - EXPONENTS + 1);
      float[] bounds = evenly(1 << exponent);
      for (int i = 0; i + 1 < bounds.length; i++) {
        float mean = (bounds[i] + bounds[i + 1]) / 2;
        map[count++] = power * mean;
        map[count++] = -power * mean;
      }
    }
    map[count++] = 0;
    map[count] = 1;
    Arrays.sort(map);
    return map;
  }

  /** The ends of so many equal parts of [0.1, 1], rounded as libtorch rounds them. */
  private static float[] evenly(int parts) {
    float[] ends = new float[parts + 1];
    float step = (1 - 0.1f) / parts;
    for (int i = 0; i <= parts; i++) {
      ends[i] = i < (parts + 1) / 2 ? Math.fma(step, i, 0.1f) : Math.fma(-step, parts - i, 1f);
    }
    return ends;
  }

  /** What lies halfway between neighbours: as many numbers less one. */
  static float[] halfway(float[] ascending) {
    float[] between = new float[ascending.length - 1];
    for (int i = 0; i < between.length; i++) {
      between[i] = (ascending[i] + ascending[i + 1]) / 2;
    }
    return between;
  }

  /** The code of the number nearest to a value: how many of what lies halfway is less. */
  static int nearest(float[] halfway, float value) {
    int code = 0;
    for (int step = (halfway.length + 1) / 2; step > 0; step /= 2) {
      code += halfway[code + step - 1] < value ? step : 0;
    }
    return code;
  }
}
