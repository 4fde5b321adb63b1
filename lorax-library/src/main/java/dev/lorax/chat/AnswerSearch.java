package dev.lorax.chat;

import dev.lorax.jinja.Traced;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Finds the answers of a template that does not mark them; {@link ChatTemplate} tells the rule. */
final class AnswerSearch {
  /** Writes messages, with or without a generation prompt at the end. */
  interface Writer {
    String write(List<Map<String, Object>> messages, boolean answerFollows);
  }

  private final List<Map<String, Object>> messages;
  private final Traced whole;
  private final Writer writer;

  AnswerSearch(List<Map<String, Object>> messages, Traced whole, Writer writer) {
    this.messages = messages;
    this.whole = whole;
    this.writer = writer;
  }

  List<Span> spans(Answers answers) {
    int[] said =
        IntStream.range(0, messages.size())
            .filter(i -> "assistant".equals(messages.get(i).get("role")))
            .toArray();
    int first = answers == Answers.ALL ? 0 : Math.max(0, said.length - 1);
    List<Span> spans = new ArrayList<>();
    int end = 0;
    for (int message : Arrays.copyOfRange(said, first, said.length)) {
      Span span = byPrefix(message).orElseGet(() -> byRound(message));
      if (span.start() < end) {
        throw refusal(message);
      }
      end = span.end();
      if (span.start() < end) {
        spans.add(span);
      }
    }
    return spans;
  }

  private Optional<Span> byPrefix(int message) {
    Optional<String> prompt = written(messages.subList(0, message), true);
    Optional<String> upTo =
        message == messages.size() - 1
            ? Optional.of(whole.text())
            : written(messages.subList(0, message + 1), false);
    boolean holds =
        prompt.isPresent()
            && upTo.isPresent()
            && upTo.get().startsWith(prompt.get())
            && whole.text().startsWith(upTo.get());
    return holds
        ? Optional.of(new Span(prompt.get().length(), upTo.get().length()))
        : Optional.empty();
  }

  private Span byRound(int message) {
    List<Traced.Part> rounds =
        whole.rounds().stream()
            .filter(part -> part.item() == messages.get(message) && part.start() < part.end())
            .toList();
    Optional<String> opening = opening(message, rounds);
    if (opening.isEmpty()) {
      throw refusal(message);
    }
    boolean last = message == messages.size() - 1;
    Span span =
        new Span(
            rounds.get(0).start() + opening.get().length(),
            last ? whole.text().length() : rounds.get(0).end());
    if (!isProved(span, message)) {
      throw refusal(message);
    }
    return span;
  }

  /** What the text of a round has in common with the generation prompt. */
  private Optional<String> opening(int message, List<Traced.Part> rounds) {
    List<Map<String, Object>> before = messages.subList(0, message);
    Optional<String> prompt = written(before, true);
    Optional<String> plain = written(before, false);
    if (rounds.size() != 1
        || prompt.isEmpty()
        || plain.isEmpty()
        || !prompt.get().startsWith(plain.get())) {
      return Optional.empty();
    }
    String round = whole.text().substring(rounds.get(0).start(), rounds.get(0).end());
    String full = prompt.get().substring(plain.get().length());
    if (round.startsWith(full)) {
      return Optional.of(full);
    }
    List<Map<String, Object>> other = new ArrayList<>(before);
    other.add(replaced(message, full));
    return written(other, false)
        .filter(text -> text.startsWith(plain.get()))
        .map(text -> common(text, prompt.get()).substring(plain.get().length()))
        .filter(round::startsWith);
  }

  /** Whether another answer changes nothing outside of a span. */
  private boolean isProved(Span span, int message) {
    String text = whole.text();
    List<Map<String, Object>> other = new ArrayList<>(messages);
    other.set(message, replaced(message, text.substring(0, span.start())));
    return written(other, false)
        .filter(found -> found.length() >= span.start() + text.length() - span.end())
        .filter(found -> found.startsWith(text.substring(0, span.start())))
        .filter(found -> found.endsWith(text.substring(span.end())))
        .isPresent();
  }

  /** The message with something else in it, which begins with no character of a text. */
  private Map<String, Object> replaced(int message, String text) {
    String other =
        IntStream.rangeClosed('a', 'z')
            .filter(c -> text.indexOf(c) < 0)
            .mapToObj(Character::toString)
            .findFirst()
            .orElse("\u2603");
    Map<String, Object> copy = new LinkedHashMap<>(messages.get(message));
    boolean parts = copy.get("content") instanceof List;
    copy.put("content", parts ? List.of(Map.of("type", "text", "text", other)) : other);
    copy.computeIfPresent("reasoning_content", (key, thought) -> other);
    return copy;
  }

  private static String common(String a, String b) {
    int length = 0;
    while (length < Math.min(a.length(), b.length()) && a.charAt(length) == b.charAt(length)) {
      length++;
    }
    return a.substring(0, length);
  }

  /** The text of a part of the conversation; empty if the template refuses to write it. */
  private Optional<String> written(List<Map<String, Object>> part, boolean answerFollows) {
    try {
      return Optional.of(writer.write(part, answerFollows));
    } catch (IllegalArgumentException refused) {
      return Optional.empty();
    }
  }

  private static IllegalArgumentException refusal(int message) {
    return new IllegalArgumentException(
        "Message "
            + (message + 1)
            + ": the chat template writes it so that its place in the text cannot be proved; learn"
            + " from the last answer alone, or mark the answers with {% generation %} in a template"
            + " of your own.");
  }
}
