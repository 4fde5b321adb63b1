package dev.lorax.op;

import java.util.List;

/**
 * How rotary frequencies are stretched for contexts longer than those first trained on.
 *
 * <p>Frequency {@code i} of a head of width {@code d} is {@code θ^(−2i/d)} (Su et al. 2021, eq. 15)
 * before scaling. Arithmetic follows transformers: float32 at each step.
 */
public sealed interface RopeScaling {
  /** Angular frequencies, one for each pair of a head's numbers. */
  float[] frequencies(int head, double theta);

  /** The longest sequence that they are for; in longer ones those {@link #beyond} hold. */
  default long reach() {
    return Long.MAX_VALUE;
  }

  /** The frequencies in sequences longer than the {@link #reach}. */
  default float[] beyond(int head, double theta) {
    return frequencies(head, theta);
  }

  /** Factor on cosines and sines. */
  default double attentionFactor() {
    return 1;
  }

  private static float[] plain(int head, double theta) {
    float[] frequencies = new float[head / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = 1f / (float) Math.pow(theta, 2f * i / head);
    }
    return frequencies;
  }

  /** No scaling. */
  record Default() implements RopeScaling {
    @Override
    public float[] frequencies(int head, double theta) {
      return plain(head, theta);
    }
  }

  /**
   * Position interpolation (Chen et al. 2023, eq. 4): all frequencies divided.
   *
   * @param factor how much longer the context is
   */
  record Linear(double factor) implements RopeScaling {
    @Override
    public float[] frequencies(int head, double theta) {
      float[] frequencies = plain(head, theta);
      for (int i = 0; i < frequencies.length; i++) {
        frequencies[i] /= (float) factor;
      }
      return frequencies;
    }
  }

  /**
   * Llama 3.1's: long waves divided, short ones kept, a ramp between.
   *
   * @param factor by which long waves are stretched
   * @param lowFactor waves longer than {@code original / lowFactor} count as long
   * @param highFactor waves shorter than {@code original / highFactor} count as short
   * @param original the context first trained on
   */
  record Llama3(double factor, double lowFactor, double highFactor, int original)
      implements RopeScaling {
    @Override
    public float[] frequencies(int head, double theta) {
      float[] frequencies = plain(head, theta);
      for (int i = 0; i < frequencies.length; i++) {
        double wave = 2 * Math.PI / frequencies[i];
        double share = (original / wave - lowFactor) / (highFactor - lowFactor);
        double kept = Math.min(1, Math.max(0, share)); // 0 for long waves, 1 for short
        frequencies[i] = (float) ((1 - kept) * frequencies[i] / factor + kept * frequencies[i]);
      }
      return frequencies;
    }
  }

  /**
   * YaRN (Peng et al. 2023, section 3): interpolation by parts, and a temperature.
   *
   * @param factor how much longer the context is
   * @param original the context first trained on
   * @param betaFast rotations above which a frequency is kept
   * @param betaSlow rotations below which it is fully interpolated
   * @param attentionFactor factor on cosines and sines
   */
  record Yarn(double factor, int original, double betaFast, double betaSlow, double attentionFactor)
      implements RopeScaling {
    /** The paper's temperature: {@code 0.1 · scale · ln(factor) + 1} (eq. 22). */
    public static double temperature(double factor, double scale) {
      return factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1;
    }

    @Override
    public float[] frequencies(int head, double theta) {
      double low = Math.max(0, Math.floor(pairOf(betaFast, head, theta)));
      double high = Math.min(head - 1.0, Math.ceil(pairOf(betaSlow, head, theta)));
      float[] frequencies = plain(head, theta);
      for (int i = 0; i < frequencies.length; i++) {
        double ramp = (i - low) / (high == low ? 0.001 : high - low);
        double interpolated = Math.min(1, Math.max(0, ramp));
        frequencies[i] = (float) (frequencies[i] * (interpolated / factor + (1 - interpolated)));
      }
      return frequencies;
    }

    /** The pair of numbers that turns that often within the original context. */
    private double pairOf(double rotations, int head, double theta) {
      return head * Math.log(original / (rotations * 2 * Math.PI)) / (2 * Math.log(theta));
    }
  }

  /**
   * LongRoPE (Ding et al. 2024, section 3.2): every frequency divided by a factor of its own, by
   * others in sequences longer than the original context.
   *
   * <p>A sequence that outgrows that context while it is decoded keeps the keys that it has, as
   * they are: transformers computes them again there.
   *
   * @param shortFactors for sequences up to the original context
   * @param longFactors for longer ones
   * @param original the context first trained on
   * @param attentionFactor factor on cosines and sines
   */
  record LongRope(
      List<Double> shortFactors, List<Double> longFactors, int original, double attentionFactor)
      implements RopeScaling {
    /** The paper's temperature for a context that is that many times longer (eq. 7). */
    public static double attentionFactor(double factor, int original) {
      return factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
    }

    @Override
    public float[] frequencies(int head, double theta) {
      return divided(head, theta, shortFactors);
    }

    @Override
    public long reach() {
      return original;
    }

    @Override
    public float[] beyond(int head, double theta) {
      return divided(head, theta, longFactors);
    }

    private static float[] divided(int head, double theta, List<Double> factors) {
      float[] frequencies = plain(head, theta);
      if (factors.size() != frequencies.length) {
        throw new IllegalArgumentException(
            "%d factors do not fit the %d frequencies of a head"
                .formatted(factors.size(), frequencies.length));
      }
      for (int i = 0; i < frequencies.length; i++) {
        frequencies[i] /= factors.get(i).floatValue();
      }
      return frequencies;
    }
  }
}
