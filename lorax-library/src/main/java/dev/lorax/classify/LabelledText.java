package dev.lorax.classify;

import java.util.Optional;

/**
 * A text, or a pair of texts, and its class.
 *
 * @param text the first
 * @param second the other, for example a sentence that may follow from the first
 * @param label the number of the class, from 0
 */
public record LabelledText(String text, Optional<String> second, int label) {
  /** A single text. */
  public static LabelledText of(String text, int label) {
    return new LabelledText(text, Optional.empty(), label);
  }
}
