package dev.lorax.chat;

import java.util.List;

/**
 * A conversation as the model's text.
 *
 * @param text all of it
 * @param answers what of it the assistant says and a model learns, in order, each with what ends
 *     it, for example {@code <|im_end|>}
 */
public record Rendered(String text, List<Span> answers) {
  /** Copies the list. */
  public Rendered {
    answers = List.copyOf(answers);
  }
}
