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

  /** A conversation, of whose answers only the last few are learned; 0: all. */
  static Written of(Rendered rendered, int last) {
    List<Span> all = rendered.answers();
    int from = last == 0 ? 0 : Math.max(0, all.size() - last);
    return new Written(rendered.text(), all.subList(from, all.size()), true);
  }

  /** The same, with everything learned. */
  Written whole() {
    return new Written(text, List.of(new Span(0, text.length())), byTemplate);
  }
}
