package dev.lorax.generate;

import java.util.Optional;

/**
 * A text to go on with, and which of a bank's adapters goes on.
 *
 * @param text encoded with the special tokens that the model expects around it
 * @param adapter the adapter's name in the bank; empty: the base alone
 */
public record Prompt(String text, Optional<String> adapter) {
  /** A prompt for the base alone. */
  public static Prompt of(String text) {
    return new Prompt(text, Optional.empty());
  }

  /** A prompt for an adapter of that name. */
  public static Prompt of(String text, String adapter) {
    return new Prompt(text, Optional.of(adapter));
  }
}
