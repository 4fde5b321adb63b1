package dev.lorax.generate;

/**
 * Divides the logits by a temperature: below 1 the distribution sharpens, above 1 it flattens.
 *
 * <p>Ackley, Hinton and Sejnowski 1985, "A Learning Algorithm for Boltzmann Machines". The largest
 * logit moves to 0 first, which leaves the softmax as it is and keeps tiny temperatures finite.
 */
record Temperature(double temperature) implements LogitsProcessor {
  @Override
  public void process(float[] logits, int[] tokens, int length) {
    float max = Softmax.max(logits);
    if (max == Float.NEGATIVE_INFINITY) {
      return;
    }
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) (((double) logits[i] - max) / temperature);
    }
  }
}
