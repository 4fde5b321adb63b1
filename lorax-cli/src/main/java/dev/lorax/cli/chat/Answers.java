package dev.lorax.cli.chat;

import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Printable;
import dev.lorax.cli.console.StopKey;
import dev.lorax.generate.Generation;
import dev.lorax.generate.GenerationBuilder;
import dev.lorax.generate.StopReason;
import dev.lorax.graph.Seeds;
import java.util.OptionalLong;

/** Lets models answer within their context. */
public final class Answers {
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
  public Answers(Console console, StopKey key, ChatFormat format, Limits limits) {
    this.console = console;
    this.key = key;
    this.format = format;
    this.limits = limits;
  }

  /** Answers a question of a conversation, and prints the answer while it comes. */
  String print(GenerationBuilder speaker, Conversation conversation, String question) {
    int[] prompt = prompt(conversation, question);
    AnswerText answer = new AnswerText();
    key.begin();
    try (Generation text = next(speaker).promptIds(prompt)) {
      // A closed pipe wants no more.
      while (!key.isPressed() && text.hasNext() && !console.out().checkError()) {
        console.piece(Printable.of(answer.add(text.next())));
      }
      console.result("");
      tell(text);
    } finally {
      key.end();
    }
    return answer.whole();
  }

  private void tell(Generation text) {
    if (key.isPressed()) {
      console.note("note", "stopped; /retry answers again");
    } else if (text.stopReason().filter(StopReason.MAX_TOKENS::equals).isPresent()) {
      console.note("note", "cut after --max-tokens %d".formatted(limits.maxTokens));
    } else if (text.stopReason().filter(StopReason.CONTEXT_FULL::equals).isPresent()) {
      console.note("note", "cut at the end of the model's context");
    }
  }

  /** Answers a question of a conversation in silence. */
  String whole(GenerationBuilder speaker, Conversation conversation, String question) {
    int[] prompt = prompt(conversation, question);
    AnswerText answer = new AnswerText();
    key.begin();
    try (Generation text = next(speaker).promptIds(prompt)) {
      while (!key.isPressed() && text.hasNext()) {
        answer.add(text.next());
      }
    } finally {
      key.end();
    }
    return answer.whole();
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
