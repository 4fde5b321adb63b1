package dev.lorax.generate;

/**
 * Makes tokens that occurred before less likely: a positive logit is divided by the penalty, a
 * negative one multiplied.
 *
 * <p>Each token is penalised once, however often it occurred. Keskar et al. 2019, "CTRL: A
 * Conditional Transformer Language Model for Controllable Generation", section 4.1; the case of
 * negative logits is that of transformers.
 */
final class RepetitionPenalty implements LogitsProcessor {
  private final float penalty;
  private float[] before = new float[0];

  RepetitionPenalty(double penalty) {
    this.penalty = (float) penalty;
  }

  @Override
  public void process(float[] logits, int[] tokens, int length) {
    if (before.length != logits.length) {
      before = new float[logits.length];
    }
    // From the unchanged copy, so that a second occurrence writes the same value again.
    System.arraycopy(logits, 0, before, 0, logits.length);
    for (int i = 0; i < length; i++) {
      float logit = before[tokens[i]];
      logits[tokens[i]] = logit < 0 ? logit * penalty : logit / penalty;
    }
  }
}
