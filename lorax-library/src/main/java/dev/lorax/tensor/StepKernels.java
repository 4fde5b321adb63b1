package dev.lorax.tensor;

/**
 * The formulas of a step of decoding over a few {@link Rows}, in float32. They need the processor's
 * vectors, see {@link VectorUnit}.
 */
public final class StepKernels {
  private StepKernels() {}

  private static Vectors vectors() {
    return VectorUnit.vectors().orElseThrow();
  }

  /** Layer normalisation of each row (Ba et al. 2016, eq. 4). */
  public static void layerNorm(Rows x, float[] weight, float[] bias, double epsilon, Rows y) {
    Vectors vectors = vectors();
    int width = x.width();
    for (int row = 0; row < x.count(); row++) {
      int at = row * width;
      float mean = vectors.sum(x.values(), at, width) / width;
      float variance = vectors.squares(x.values(), at, width, mean) / width;
      float inverse = (float) (1 / Math.sqrt(variance + epsilon));
      normalise(x.values(), y.values(), at, mean, inverse, weight);
      add(bias, y.values(), at);
    }
  }

  /**
   * {@code x / √(mean(x²) + ε) · weight} for each group of the weight's length (Zhang &amp;
   * Sennrich 2019, eq. 4).
   */
  public static void rmsNorm(Rows x, float[] weight, double epsilon, Rows y) {
    Vectors vectors = vectors();
    for (int at = 0; at < x.count() * x.width(); at += weight.length) {
      float mean = vectors.squares(x.values(), at, weight.length, 0) / weight.length;
      float inverse = (float) (1 / Math.sqrt(mean + epsilon));
      normalise(x.values(), y.values(), at, 0, inverse, weight);
    }
  }

  private static void normalise(
      float[] x, float[] y, int at, float mean, float inverse, float[] weight) {
    for (int i = 0; i < weight.length; i++) {
      y[at + i] = (x[at + i] - mean) * inverse * weight[i];
    }
  }

  private static void add(float[] term, float[] y, int at) {
    for (int i = 0; i < term.length; i++) {
      y[at + i] += term[i];
    }
  }

  /** Adds a bias to each row. */
  public static void addBias(float[] bias, Rows y) {
    for (int row = 0; row < y.count(); row++) {
      add(bias, y.values(), row * y.width());
    }
  }

  /** The sum of two values. */
  public static void add(Rows a, Rows b, Rows y) {
    float[] left = a.values();
    float[] right = b.values();
    float[] sum = y.values();
    int size = a.count() * a.width();
    for (int i = 0; i < size; i++) {
      sum[i] = left[i] + right[i];
    }
  }

  /** The product of two values, number by number. */
  public static void multiply(Rows a, Rows b, Rows y) {
    float[] left = a.values();
    float[] right = b.values();
    float[] product = y.values();
    int size = a.count() * a.width();
    for (int i = 0; i < size; i++) {
      product[i] = left[i] * right[i];
    }
  }

  /** {@code x · sigmoid(x)}. */
  public static void silu(Rows x, Rows y) {
    vectors().silu(x.values(), y.values(), x.count() * x.width());
  }

  /** {@code cap · tanh(x / cap)}. */
  public static void softCap(Rows x, double cap, Rows y) {
    y.copy(x);
    vectors().softCap((float) cap, y.values(), 0, x.count() * x.width());
  }

  /** Every number times a factor. */
  public static void scale(Rows x, float factor, Rows y) {
    for (int i = 0; i < x.count() * x.width(); i++) {
      y.values()[i] = factor * x.values()[i];
    }
  }

  /** Gaussian error linear unit in its tanh approximation. */
  public static void geluTanh(Rows x, Rows y) {
    vectors().geluTanh(x.values(), y.values(), x.count() * x.width());
  }

  /** Gaussian error linear unit, exact (Hendrycks &amp; Gimpel 2016). */
  public static void gelu(Rows x, Rows y) {
    NormalDistribution.multiply(x.values(), y.values(), x.count() * x.width());
  }

  /** {@code max(x, 0)}. */
  public static void relu(Rows x, Rows y) {
    for (int i = 0; i < x.count() * x.width(); i++) {
      y.values()[i] = Math.max(x.values()[i], 0);
    }
  }

  /** The hyperbolic tangent. */
  public static void tanh(Rows x, Rows y) {
    for (int i = 0; i < x.count() * x.width(); i++) {
      y.values()[i] = (float) Math.tanh(x.values()[i]);
    }
  }

  /**
   * The low-rank term of an adapter: adds {@code scale · B · A · x} to y.
   *
   * @param down A, [rank, in] in row order
   * @param up the transposed B, [rank, out] in row order
   */
  public static void addLowRank(Rows x, float[] down, float[] up, float scale, Rows y) {
    Vectors vectors = vectors();
    int in = x.width();
    int out = y.width();
    int rank = down.length / in;
    for (int row = 0; row < x.count(); row++) {
      for (int r = 0; r < rank; r++) {
        float projected = vectors.dot(down, r * in, x.values(), row * in, in);
        vectors.addScaled(scale * projected, up, r * out, y.values(), row * out, out);
      }
    }
  }

  /** The same where x is one-hot rows, given as ids. */
  public static void addLowRank(int[] ids, float[] down, float[] up, float scale, Rows y) {
    int out = y.width();
    int rank = up.length / out;
    int in = down.length / rank;
    for (int row = 0; row < ids.length; row++) {
      for (int r = 0; r < rank; r++) {
        float factor = scale * down[r * in + ids[row]];
        vectors().addScaled(factor, up, r * out, y.values(), row * out, out);
      }
    }
  }

  /**
   * Projections of each row: {@code y[r] = a[r] · x · scale[r]}, where that scale is not 0.
   *
   * @param a [rank, in] in row order
   * @param scales [count, rank]
   */
  public static void project(Rows x, float[] a, Rows scales, Rows y) {
    Vectors vectors = vectors();
    int in = x.width();
    int rank = scales.width();
    for (int i = 0; i < x.count() * rank; i++) {
      float scale = scales.values()[i];
      int row = i / rank;
      y.values()[i] =
          scale == 0 ? 0 : scale * vectors.dot(a, i % rank * in, x.values(), row * in, in);
    }
  }

  /** The same where x is one-hot rows, given as ids. */
  public static void project(int[] ids, float[] a, Rows scales, Rows y) {
    int rank = scales.width();
    int in = a.length / rank;
    for (int i = 0; i < ids.length * rank; i++) {
      y.values()[i] = scales.values()[i] * a[i % rank * in + ids[i / rank]];
    }
  }

  /**
   * Adds to each row the sum of vectors with the row's factors; those of 0 add nothing.
   *
   * @param factors [count, width]; those from {@code first} on count
   * @param vectors [rank, out] in row order
   */
  public static void addCombined(Rows factors, int first, float[] vectors, Rows y) {
    int out = y.width();
    int rank = vectors.length / out;
    for (int row = 0; row < y.count(); row++) {
      for (int r = 0; r < rank; r++) {
        float factor = factors.values()[row * factors.width() + first + r];
        if (factor != 0) {
          vectors().addScaled(factor, vectors, r * out, y.values(), row * out, out);
        }
      }
    }
  }
}
