package dev.lorax.generate;

/**
 * Rules out each token that would complete a run of {@code size} tokens that occurred before.
 *
 * <p>Paulus et al. 2017, "A Deep Reinforced Model for Abstractive Summarization", section 2.5.
 */
record NoRepeatNgram(int size) implements LogitsProcessor {
  @Override
  public void process(float[] logits, int[] tokens, int length) {
    int prefix = size - 1;
    for (int start = 0; start + prefix < length; start++) {
      if (matchesEnd(tokens, length, start)) {
        logits[tokens[start + prefix]] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  private boolean matchesEnd(int[] tokens, int length, int start) {
    int end = length - (size - 1);
    for (int i = 0; i < size - 1; i++) {
      if (tokens[start + i] != tokens[end + i]) {
        return false;
      }
    }
    return true;
  }
}
