package dev.lorax.chat;

import dev.lorax.jinja.Traced;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** Answers as a template marks them itself. */
final class GenerationBlocks {
  private final List<Map<String, Object>> messages;
  private final Traced whole;

  GenerationBlocks(List<Map<String, Object>> messages, Traced whole) {
    this.messages = messages;
    this.whole = whole;
  }

  /** The blocks of a message and all after it; such as touch within one message are one. */
  List<Span> spans(int first) {
    List<Span> spans = new ArrayList<>();
    OptionalInt before = OptionalInt.empty();
    int end = 0;
    for (Traced.Part block : whole.generations()) {
      if (block.start() < end) {
        throw new IllegalArgumentException(
            "The template has a generation block within a macro or another block, where its place"
                + " in the text is not known: let it stand in the loop over the messages.");
      }
      if (block.start() == block.end()) {
        continue;
      }
      OptionalInt message = message(block);
      int last = spans.size() - 1;
      if (last >= 0 && block.start() == end && message.equals(before)) {
        spans.set(last, new Span(spans.get(last).start(), block.end()));
      } else if (first == 0 || counts(message, first)) {
        spans.add(new Span(block.start(), block.end()));
      }
      before = message;
      end = block.end();
    }
    return spans;
  }

  /** The number of the message in whose round a block was written. */
  private OptionalInt message(Traced.Part block) {
    return whole.rounds().stream()
        .filter(round -> round.start() <= block.start() && round.end() >= block.end())
        .flatMapToInt(
            round ->
                IntStream.range(0, messages.size()).filter(i -> messages.get(i) == round.item()))
        .findFirst(); // inner rounds end first
  }

  private static boolean counts(OptionalInt message, int first) {
    return message.orElseThrow(
            () ->
                new IllegalArgumentException(
                    "The template has a generation block outside of loops over the messages, where"
                        + " it is not known whose answer it is: let it stand in such a loop."))
        >= first;
  }
}
