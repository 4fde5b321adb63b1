package dev.lorax.data;

import java.util.List;

/** Which fields a sample has, and what they mean. */
public enum Layout {
  /** A conversation: messages with role and content. */
  MESSAGES("chat messages", List.of("messages"), 1),
  /** A conversation in the layout of ShareGPT: turns with from and value. */
  SHAREGPT("ShareGPT conversations", List.of("conversations"), 1),
  /** A prompt and what follows it: two texts, or two lists of messages. */
  COMPLETION("prompts and completions", List.of("prompt", "completion"), 2),
  /** An instruction and the answer, with an input or without, in the layout of Alpaca. */
  ALPACA("Alpaca instructions", List.of("instruction", "output", "input"), 2),
  /** One text. */
  TEXT("texts", List.of("text"), 1);

  private final String phrase;
  private final List<String> fields;
  private final int required;

  Layout(String phrase, List<String> fields, int required) {
    this.phrase = phrase;
    this.fields = fields;
    this.required = required;
  }

  /** The names of the fields, first those that must be there. */
  public List<String> fields() {
    return fields;
  }

  /** How many of the fields must be there. */
  int required() {
    return required;
  }

  /** Whether every sample is a conversation, which only a chat template can write. */
  boolean isChat() {
    return this == MESSAGES || this == SHAREGPT;
  }

  /** For a message, as in "chat messages". */
  @Override
  public String toString() {
    return phrase;
  }
}
