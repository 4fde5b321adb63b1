package dev.lorax.cli.chat;

import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Printable;
import dev.lorax.cli.console.StopKey;
import dev.lorax.generate.Generation;
import dev.lorax.generate.GenerationBuilder;
import dev.lorax.graph.Seeds;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Lets models answer within their context. */
public final class Answering {
  private final Console console;
  private final StopKey key;
  private final ChatFormat format;
  private final Limits limits;
  private long given;

  /**
   * What bounds an answer.
   *
   * @param context tokens that the model sees
   * @param maxTokens of an answer
   * @param seed of the first answer, from which those of later ones follow
   */
  public record Limits(int context, int maxTokens, OptionalLong seed) {
    /** What is kept free for the answer. */
    int room() {
      return Math.min(maxTokens, context / 2);
    }
  }

  /** Answers at a console; the key stops one. */
  public Answering(Console console, StopKey key, ChatFormat format, Limits limits) {
    this.console = console;
    this.key = key;
    this.format = format;
    this.limits = limits;
  }

  /** Answers a question of a conversation, and prints the answer while it comes. */
  String print(GenerationBuilder speaker, Conversation conversation, String question) {
    Answer answer =
        answer(speaker, conversation, question, fresh -> console.piece(Printable.of(fresh)));
    console.result("");
    answer.cut.ifPresent(why -> console.note("note", why));
    return answer.text;
  }

  /** Answers a question of a conversation in silence. */
  String whole(GenerationBuilder speaker, Conversation conversation, String question) {
    return answer(speaker, conversation, question, fresh -> {}).text;
  }

  /** An answer, and why it is not complete if so. */
  private record Answer(String text, Optional<String> cut) {}

  private Answer answer(
      GenerationBuilder speaker,
      Conversation conversation,
      String question,
      Consumer<String> listener) {
    int[] prompt = prompt(conversation, question);
    AnswerText answer = new AnswerText();
    key.begin();
    try (Generation text = next(speaker).promptIds(prompt)) {
      // A closed pipe wants no more.
      while (!key.isPressed() && text.hasNext() && !console.out().checkError()) {
        listener.accept(answer.add(text.next()));
      }
      return new Answer(answer.whole(), cut(text));
    } finally {
      key.end();
    }
  }

  private Optional<String> cut(Generation text) {
    if (key.isPressed()) {
      return Optional.of("stopped; /retry answers again");
    }
    return text.stopReason()
        .map(
            reason ->
                switch (reason) {
                  case MAX_TOKENS -> "cut after --max-tokens " + limits.maxTokens;
                  case CONTEXT_FULL -> "cut at the end of the model's context";
                  case END_ID, STOP_STRING -> null;
                });
  }

  /** The first answer has the seed itself, so that it is what 'lorax generate' gives. */
  private GenerationBuilder next(GenerationBuilder speaker) {
    long number = given++;
    limits.seed.ifPresent(seed -> speaker.seed(number == 0 ? seed : Seeds.mix(seed, number)));
    return speaker;
  }

  /** The conversation's tokens, without as many of its oldest turns as do not fit. */
  private int[] prompt(Conversation conversation, String question) {
    int before = conversation.forgotten();
    int without = before;
    int[] prompt = format.prompt(conversation.messages(without, question));
    while (prompt.length + limits.room() > limits.context && without < conversation.turns()) {
      prompt = format.prompt(conversation.messages(++without, question));
    }
    if (prompt.length >= limits.context) {
      throw new IllegalArgumentException(
          "The message makes %d tokens, but the model's context holds %d: shorten it"
              .formatted(prompt.length, limits.context));
    }
    if (without > before) {
      conversation.forget(without);
      console.note(
          "note",
          "the conversation outgrows the model's context of %d tokens: it no longer sees the oldest %s"
              .formatted(limits.context, without == 1 ? "turn" : without + " turns"));
    }
    return prompt;
  }
}
