package dev.lorax.generate;

/**
 * Keeps the tokens whose probability is at least {@code p} times that of the most likely one.
 *
 * <p>Nguyen et al. 2024, "Turning Up the Heat: Min-p Sampling for Creative and Coherent LLM
 * Outputs", section 3.
 */
record MinP(double p) implements LogitsProcessor {
  @Override
  public void process(float[] logits, int[] tokens, int length) {
    float max = Softmax.max(logits);
    for (int i = 0; i < logits.length; i++) {
      if (Softmax.weight(logits[i], max) < p) {
        logits[i] = Float.NEGATIVE_INFINITY;
      }
    }
  }
}
