package dev.lorax.chat;

import dev.lorax.jinja.Traced;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** Finds the answers of a template that does not mark them; {@link ChatTemplate} tells the rule. */
final class AnswerSearch {
  /** Writes messages, with or without a generation prompt at the end. */
  interface Writer {
    Traced write(List<Map<String, Object>> messages, boolean answerFollows);
  }

  private final List<Map<String, Object>> messages;
  private final Traced whole;
  private final Writer writer;

  AnswerSearch(List<Map<String, Object>> messages, Traced whole, Writer writer) {
    this.messages = messages;
    this.whole = whole;
    this.writer = writer;
  }

  /** The numbers of the assistant's messages. */
  static int[] said(List<Map<String, Object>> messages) {
    return IntStream.range(0, messages.size())
        .filter(i -> "assistant".equals(messages.get(i).get("role")))
        .toArray();
  }

  /** The answers of a message and all after it. */
  List<Span> spans(int first) {
    List<Span> spans = new ArrayList<>();
    int end = 0;
    for (int message : said(messages)) {
      if (message < first) {
        continue;
      }
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
    Traced.Part round = round(whole, messages.get(message)).orElseThrow(() -> refusal(message));
    String header = header(message).orElseThrow(() -> refusal(message));
    Map<String, Object> otherMessage = replaced(message, header);
    List<Map<String, Object>> others = new ArrayList<>(messages);
    others.set(message, otherMessage);
    Traced other = traced(others, false).orElseThrow(() -> refusal(message));
    Traced.Part otherRound = round(other, otherMessage).orElseThrow(() -> refusal(message));
    int opening = common(header, other.text().substring(otherRound.start(), otherRound.end()));
    boolean last = message == messages.size() - 1;
    Span span = new Span(round.start() + opening, last ? whole.text().length() : round.end());
    if (!differOnlyWithin(span, other.text())) {
      throw refusal(message);
    }
    return span;
  }

  /** The one round that wrote something of a message. */
  private static Optional<Traced.Part> round(Traced text, Map<String, Object> message) {
    List<Traced.Part> rounds =
        text.rounds().stream()
            .filter(part -> part.item() == message && part.start() < part.end())
            .toList();
    return rounds.size() == 1 ? Optional.of(rounds.get(0)) : Optional.empty();
  }

  /** What the generation prompt adds before a message: to the text, or to that of the loop. */
  private Optional<String> header(int message) {
    List<Map<String, Object>> before = messages.subList(0, message);
    Optional<Traced> prompt = traced(before, true);
    Optional<String> plain = traced(before, false).map(Traced::text);
    if (prompt.isEmpty() || plain.isEmpty()) {
      return Optional.empty();
    }
    String text = prompt.get().text();
    int end = text.startsWith(plain.get()) ? plain.get().length() : endOfRounds(prompt.get());
    return plain.get().startsWith(text.substring(0, end))
        ? Optional.of(text.substring(end))
        : Optional.empty();
  }

  /** Where the rounds of the messages end; what follows is written once. */
  private int endOfRounds(Traced text) {
    return text.rounds().stream()
        .filter(part -> messages.stream().anyMatch(message -> message == part.item()))
        .mapToInt(Traced.Part::end)
        .max()
        .orElse(0);
  }

  /** Whether another text is the same around a span of the whole. */
  private boolean differOnlyWithin(Span span, String other) {
    String before = whole.text().substring(0, span.start());
    String after = whole.text().substring(span.end());
    return other.length() >= before.length() + after.length()
        && other.startsWith(before)
        && other.endsWith(after);
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

  /** How many characters two texts begin with alike. */
  private static int common(String a, String b) {
    int length = 0;
    while (length < Math.min(a.length(), b.length()) && a.charAt(length) == b.charAt(length)) {
      length++;
    }
    return length;
  }

  /** The text of a part of the conversation; empty if the template refuses to write it. */
  private Optional<String> written(List<Map<String, Object>> part, boolean answerFollows) {
    return traced(part, answerFollows).map(Traced::text);
  }

  private Optional<Traced> traced(List<Map<String, Object>> part, boolean answerFollows) {
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
            + " from the last answer alone, or from prompts too, or mark the answers with"
            + " {% generation %} in a template of your own.");
  }
}
