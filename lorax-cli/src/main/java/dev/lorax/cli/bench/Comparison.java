package dev.lorax.cli.bench;

/**
 * Other work, done in turn with what was measured.
 *
 * @param other what
 * @param ratios how many times as long it took, pair by pair
 */
record Comparison(Other other, Spread ratios) {
  /** What is compared with. */
  enum Other {
    /** The same samples, filled to the longest of their batch. */
    PADDED("padded", "the same samples take", "paddedTakesTimes"),
    /** The products that are the limit, at the rate of that moment. */
    PRODUCTS("products", "alone, at their mean rate meanwhile, they take", "productsTakeTimes");

    private final String label;
    private final String text;
    private final String key;

    Other(String label, String text, String key) {
      this.label = label;
      this.text = text;
      this.key = key;
    }

    /** Its name in a table. */
    String label() {
      return label;
    }

    /** What "so many times as long" follows. */
    String text() {
      return text;
    }

    /** Its name in JSON. */
    String key() {
      return key;
    }
  }
}
