package dev.lorax.classify;

import java.util.Optional;

/**
 * A text, or a pair of texts, and its class.
 *
 * @param text the first
 * @param second the other, for example a sentence that may follow from the first
 * @param label the number of the class, from 0; -1 where it is not known
 */
public record LabelledText(String text, Optional<String> second, int label) {
  private static final int UNKNOWN = -1;

  /** A single text. */
  public static LabelledText of(String text, int label) {
    return new LabelledText(text, Optional.empty(), label);
  }

  /** A single text whose class is not known. */
  public static LabelledText of(String text) {
    return of(text, UNKNOWN);
  }

  /** A pair of texts whose class is not known. */
  public static LabelledText of(String text, String second) {
    return new LabelledText(text, Optional.of(second), UNKNOWN);
  }

  /** The same text, with a class. */
  LabelledText as(int number) {
    return new LabelledText(text, second, number);
  }

  /** Whether its class is known. */
  public boolean isLabelled() {
    return label != UNKNOWN;
  }
}
