package dev.lorax.generate;

/** The softmax without its division: weights that are proportional to probabilities. */
final class Softmax {
  private Softmax() {}

  static float max(float[] logits) {
    float max = Float.NEGATIVE_INFINITY;
    for (float logit : logits) {
      max = Math.max(max, logit);
    }
    return max;
  }

  /** {@code exp(logit - max)}, the same on every platform, which {@link Math#exp} is not. */
  static double weight(float logit, float max) {
    return logit == Float.NEGATIVE_INFINITY ? 0 : StrictMath.exp((double) logit - max);
  }
}
