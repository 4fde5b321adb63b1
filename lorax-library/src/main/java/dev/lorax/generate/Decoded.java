package dev.lorax.generate;

import java.util.Arrays;

/** One sequence while it is decoded: its ids, its sampler, and why it ended. */
final class Decoded {
  private final int number;
  private final int prompt;
  private final Sampler sampler;
  private int[] ids;
  private int length;
  private int passed;
  private StopReason reason;

  /**
   * A sequence with nothing but its prompt.
   *
   * @param number its place among those decoded together
   */
  Decoded(int number, int[] prompt, Sampler sampler) {
    this.number = number;
    this.prompt = prompt.length;
    this.sampler = sampler;
    this.ids = prompt.clone();
    this.length = prompt.length;
  }

  int number() {
    return number;
  }

  /** The ids that the model has not seen. */
  int[] fresh() {
    return Arrays.copyOfRange(ids, passed, length);
  }

  /** How the next id is chosen. */
  Sampler sampler() {
    return sampler;
  }

  /** The id that follows, by the logits after the last one. */
  int choose(float[] logits) {
    return sampler.next(logits, ids, length);
  }

  /** The model has seen all ids; the next one is this. */
  void advance(int id) {
    passed = length;
    if (length == ids.length) {
      ids = Arrays.copyOf(ids, Math.max(16, 2 * length));
    }
    ids[length++] = id;
  }

  /** The number of ids that the model has seen. */
  int passed() {
    return passed;
  }

  /** The id chosen last. */
  int last() {
    return ids[length - 1];
  }

  int length() {
    return length;
  }

  int generatedCount() {
    return length - prompt;
  }

  /** Every id chosen so far. */
  int[] generated() {
    return Arrays.copyOfRange(ids, prompt, length);
  }

  /** All that it has become, with its text. */
  Generated generated(String text) {
    return new Generated(text, generated(), reason);
  }

  void end(StopReason why) {
    reason = why;
  }

  /** Why it ended; null while it goes on. */
  StopReason reason() {
    return reason;
  }

  boolean isRunning() {
    return reason == null;
  }
}
