package dev.lorax.data;

import java.util.Locale;

/** What becomes of a sample with more tokens than the limit. */
public enum Overlong {
  /** Its end is cut off. */
  CUT,
  /**
   * It becomes pieces, each of the limit but the last. A piece begins with the token that ended the
   * one before, so that each token is learned once.
   */
  SPLIT,
  /** It is left out. */
  DROP;

  /** As options spell it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
