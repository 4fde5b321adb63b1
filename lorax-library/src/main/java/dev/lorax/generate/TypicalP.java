package dev.lorax.generate;

/**
 * Keeps the tokens whose surprise is closest to the expected one, until their probabilities reach
 * {@code p} together.
 *
 * <p>Meister et al. 2022, "Locally Typical Sampling", section 4, equation 8.
 */
final class TypicalP implements LogitsProcessor {
  private final double p;
  private final Selection selection = new Selection();

  TypicalP(double p) {
    this.p = p;
  }

  @Override
  public void process(float[] logits, int[] tokens, int length) {
    float max = Softmax.max(logits);
    double total = 0;
    double product = 0;
    for (float logit : logits) {
      double weight = Softmax.weight(logit, max);
      total += weight;
      product += weight == 0 ? 0 : weight * ((double) logit - max);
    }
    // -log p(i) = log total - (logit - max), and the entropy is its mean: log total cancels.
    double centre = max + product / total;
    selection.clear(logits.length);
    for (float logit : logits) {
      if (logit != Float.NEGATIVE_INFINITY) {
        selection.add(closeness(logit, centre), Softmax.weight(logit, max));
      }
    }
    float smallest = selection.threshold(p * total);
    for (int i = 0; i < logits.length; i++) {
      if (closeness(logits[i], centre) < smallest) {
        logits[i] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  private static float closeness(float logit, double centre) {
    return (float) -Math.abs(logit - centre);
  }
}
