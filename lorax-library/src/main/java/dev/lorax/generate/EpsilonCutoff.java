package dev.lorax.generate;

/**
 * Keeps the tokens whose probability is at least epsilon, and always the most likely one.
 *
 * <p>Hewitt et al. 2022, "Truncation Sampling as Language Model Desmoothing", section 3.2.
 */
record EpsilonCutoff(double epsilon) implements LogitsProcessor {
  @Override
  public void process(float[] logits, int[] tokens, int length) {
    float max = Softmax.max(logits);
    double total = 0;
    for (float logit : logits) {
      total += Softmax.weight(logit, max);
    }
    for (int i = 0; i < logits.length; i++) {
      if (logits[i] < max && Softmax.weight(logits[i], max) < epsilon * total) {
        logits[i] = Float.NEGATIVE_INFINITY;
      }
    }
  }
}
