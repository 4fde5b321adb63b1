package dev.lorax.generate;

import java.util.Set;

/**
 * When decoding ends, as far as ids tell.
 *
 * @param endIds ids that end a sequence
 * @param maxTokens the most tokens to generate
 * @param context the most tokens of prompt and generated ones together
 */
record Limits(Set<Integer> endIds, int maxTokens, int context) {
  /** Why a sequence that ends with that id has ended, or null if it goes on. */
  StopReason reason(int id, int generated, int length) {
    if (endIds.contains(id)) {
      return StopReason.END_ID;
    }
    if (generated >= maxTokens) {
      return StopReason.MAX_TOKENS;
    }
    return length >= context ? StopReason.CONTEXT_FULL : null;
  }
}
