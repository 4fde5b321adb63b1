package dev.lorax.chat;

/** Which of the assistant's messages a model learns from. */
public enum Answers {
  /** The last one alone. */
  LAST,
  /** Every one. */
  ALL
}
