package dev.lorax.data;

import dev.lorax.chat.Rendered;
import dev.lorax.chat.Span;
import java.util.List;

/**
 * A sample as text, before it is cut into tokens.
 *
 * @param text all of it
 * @param learned which parts of it a model learns, in order
 * @param byTemplate whether a chat template wrote it, which spells all special tokens itself
 */
record Written(String text, List<Span> learned, boolean byTemplate) {
  static Written of(Sample.Text sample) {
    return new Written(sample.text(), List.of(new Span(0, sample.text().length())), false);
  }

  static Written of(Sample.Completion sample) {
    String text = sample.prompt() + sample.completion();
    return new Written(text, List.of(new Span(sample.prompt().length(), text.length())), false);
  }

  static Written of(Rendered rendered) {
    return new Written(rendered.text(), rendered.answers(), true);
  }

  /** The same, with everything learned. */
  Written whole() {
    return new Written(text, List.of(new Span(0, text.length())), byTemplate);
  }
}
