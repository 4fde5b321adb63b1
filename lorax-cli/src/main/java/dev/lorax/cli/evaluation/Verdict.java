package dev.lorax.cli.evaluation;

/** What a difference in loss on the same sequences says. */
enum Verdict {
  /** A lower loss, and chance alone would hardly make it. */
  BETTER("better beyond chance"),
  /** A higher loss, and chance alone would hardly make it. */
  WORSE("worse beyond chance"),
  /** The interval holds 0. */
  CHANCE("no difference beyond chance"),
  /** There is one sequence only. */
  UNKNOWN("one sequence cannot tell chance apart");

  private final String phrase;

  Verdict(String phrase) {
    this.phrase = phrase;
  }

  static Verdict of(Estimate difference) {
    if (!difference.isSure()) {
      return UNKNOWN;
    }
    if (difference.low() <= 0 && difference.high() >= 0) {
      return CHANCE;
    }
    return difference.value() < 0 ? BETTER : WORSE;
  }

  /** For people. */
  @Override
  public String toString() {
    return phrase;
  }
}
