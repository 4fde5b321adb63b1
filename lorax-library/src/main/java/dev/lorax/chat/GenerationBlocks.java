package dev.lorax.chat;

import dev.lorax.jinja.Traced;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Answers as a template marks them itself. */
final class GenerationBlocks {
  private GenerationBlocks() {}

  /** The blocks that count; such as touch are one. */
  static List<Span> spans(Traced whole, List<Map<String, Object>> messages, Answers answers) {
    List<Span> spans = new ArrayList<>();
    for (Traced.Part part : whole.generations()) {
      int last = spans.size() - 1;
      if (part.start() < 0 || last >= 0 && part.start() < spans.get(last).end()) {
        throw new IllegalArgumentException(
            "The template has a generation block within a macro or another block, where its place"
                + " in the text is not known: let it stand in the loop over the messages.");
      }
      if (last >= 0 && part.start() == spans.get(last).end()) {
        spans.set(last, new Span(spans.get(last).start(), part.end()));
      } else {
        spans.add(new Span(part.start(), part.end()));
      }
    }
    return answers == Answers.ALL || spans.isEmpty() ? spans : ofLast(whole, messages, spans);
  }

  /** Those of the last message of the assistant; it may have more than one. */
  private static List<Span> ofLast(
      Traced whole, List<Map<String, Object>> messages, List<Span> spans) {
    Span last = spans.get(spans.size() - 1);
    int start =
        whole.rounds().stream()
            .filter(part -> part.start() <= last.start() && part.end() >= last.end())
            .filter(part -> messages.stream().anyMatch(message -> message == part.item()))
            .mapToInt(Traced.Part::start)
            .max()
            .orElse(last.start());
    return spans.stream().filter(span -> span.start() >= start).toList();
  }
}
