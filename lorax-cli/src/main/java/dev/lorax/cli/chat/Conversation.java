package dev.lorax.cli.chat;

import dev.lorax.chat.Chat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What was said so far. */
final class Conversation {
  private final List<Turn> turns = new ArrayList<>();
  private String system;
  private int forgotten;

  /**
   * A question and its answer.
   *
   * @param question of the user
   * @param answer of the model
   */
  record Turn(String question, String answer) {}

  /** A conversation under a system message, which may be blank: then there is none. */
  Conversation(String system) {
    this.system = system;
  }

  /** From now on the system message is this; blank: there is none. */
  void system(String text) {
    system = text;
  }

  void add(Turn turn) {
    turns.add(turn);
  }

  /**
   * Takes the last turn back.
   *
   * @throws IllegalArgumentException if there is none
   */
  Turn undo() {
    if (turns.isEmpty()) {
      throw new IllegalArgumentException("There is no turn yet: say something first");
    }
    Turn last = turns.remove(turns.size() - 1);
    forgotten = Math.min(forgotten, turns.size());
    return last;
  }

  /** Forgets all turns; the system message stays. */
  void reset() {
    turns.clear();
    forgotten = 0;
  }

  int turns() {
    return turns.size();
  }

  /** How many of the oldest turns the model no longer sees. */
  int forgotten() {
    return forgotten;
  }

  /** The model no longer sees that many of the oldest turns. */
  void forget(int oldest) {
    forgotten = oldest;
  }

  /** All of it, as a chat template or a file of conversations has it. */
  List<Map<String, Object>> messages() {
    return messages(0);
  }

  /** What the model sees without that many of the oldest turns, and a question. */
  List<Map<String, Object>> messages(int without, String question) {
    List<Map<String, Object>> messages = messages(without);
    messages.add(Chat.message("user", question));
    return messages;
  }

  private List<Map<String, Object>> messages(int without) {
    List<Map<String, Object>> messages = new ArrayList<>();
    if (!system.isBlank()) {
      messages.add(Chat.message("system", system));
    }
    for (Turn turn : turns.subList(without, turns.size())) {
      messages.add(Chat.message("user", turn.question()));
      messages.add(Chat.message("assistant", turn.answer()));
    }
    return messages;
  }
}
