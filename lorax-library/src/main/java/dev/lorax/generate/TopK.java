package dev.lorax.generate;

/**
 * Keeps the {@code k} most likely tokens, and those equal to the last of them.
 *
 * <p>Fan et al. 2018, "Hierarchical Neural Story Generation", section 5.4.
 */
final class TopK implements LogitsProcessor {
  private final int k;
  private final Selection selection = new Selection();

  TopK(int k) {
    this.k = k;
  }

  @Override
  public void process(float[] logits, int[] tokens, int length) {
    if (k >= logits.length) {
      return;
    }
    selection.clear(logits.length);
    for (float logit : logits) {
      selection.add(logit, 1);
    }
    float smallest = selection.threshold(k);
    for (int i = 0; i < logits.length; i++) {
      if (logits[i] < smallest) {
        logits[i] = Float.NEGATIVE_INFINITY;
      }
    }
  }
}
