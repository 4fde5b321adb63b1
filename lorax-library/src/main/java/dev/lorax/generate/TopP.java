package dev.lorax.generate;

/**
 * Keeps the most likely tokens until their probabilities reach {@code p} together: the nucleus.
 *
 * <p>Holtzman et al. 2019, "The Curious Case of Neural Text Degeneration", section 3.1, equation 2.
 */
final class TopP implements LogitsProcessor {
  private final double p;
  private final Selection selection = new Selection();

  TopP(double p) {
    this.p = p;
  }

  @Override
  public void process(float[] logits, int[] tokens, int length) {
    float max = Softmax.max(logits);
    selection.clear(logits.length);
    double total = 0;
    for (float logit : logits) {
      if (logit != Float.NEGATIVE_INFINITY) {
        double weight = Softmax.weight(logit, max);
        total += weight;
        selection.add(logit, weight);
      }
    }
    double nucleus = p * total;
    float smallest = selection.threshold(nucleus);
    keep(logits, smallest, nucleus - selection.above(), Softmax.weight(smallest, max));
  }

  /** Of the tokens at the edge, keeps those of the highest ids, while mass is missing. */
  private static void keep(float[] logits, float smallest, double missing, double weight) {
    double left = missing;
    for (int i = logits.length - 1; i >= 0; i--) {
      if (logits[i] == smallest && left > 0) {
        left -= weight;
      } else if (logits[i] <= smallest) {
        logits[i] = Float.NEGATIVE_INFINITY;
      }
    }
  }
}
