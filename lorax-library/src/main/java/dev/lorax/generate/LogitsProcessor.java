package dev.lorax.generate;

/**
 * One step between a model's logits and the next token: it changes the logits in place.
 *
 * <p>A logit of negative infinity rules its token out. An instance belongs to one {@link Sampler},
 * so it may keep scratch memory from call to call; it must not keep anything that changes results.
 */
@FunctionalInterface
public interface LogitsProcessor {
  /**
   * Changes the logits.
   *
   * @param logits one score for each token of the vocabulary: {@code [vocabulary]}
   * @param tokens the ids so far, prompt included; only the first {@code length} count
   * @param length the number of ids so far
   */
  void process(float[] logits, int[] tokens, int length);
}
