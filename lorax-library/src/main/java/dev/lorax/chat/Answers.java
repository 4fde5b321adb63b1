package dev.lorax.chat;

import java.util.Locale;

/** Which of the assistant's messages a model learns from. */
public enum Answers {
  /** The last one alone. */
  LAST,
  /** Every one. */
  ALL;

  /** As options spell it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
