package dev.lorax.chat;

import java.util.Locale;

/** Which of the assistant's messages a model learns from. */
public enum Answers {
  /** The last one alone. */
  LAST(1),
  /** Every one. */
  ALL(Integer.MAX_VALUE);

  private final int most;

  Answers(int most) {
    this.most = most;
  }

  /** How many they are at most, counted from the last one back. */
  public int most() {
    return most;
  }

  /** As options spell it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
