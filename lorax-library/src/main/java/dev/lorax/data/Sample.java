package dev.lorax.data;

import dev.lorax.chat.Chat;
import java.util.List;

/** What one line of a file holds, before any model sees it. */
public sealed interface Sample {
  /**
   * A text, learned whole.
   *
   * @param text never empty
   */
  record Text(String text) implements Sample {}

  /**
   * A prompt, and the text after it, which is learned.
   *
   * @param prompt may be empty
   * @param completion never blank
   */
  record Completion(String prompt, String completion) implements Sample {
    Conversation asChat() {
      return new Conversation(
          Chat.of(List.of(Chat.message("user", prompt), Chat.message("assistant", completion))), 0);
    }
  }

  /**
   * An instruction and the answer to it.
   *
   * @param instruction what to do
   * @param input with what; may be empty
   * @param output the answer, never blank
   */
  record Instruction(String instruction, String input, String output) implements Sample {
    Conversation asChat() {
      String question = input.isEmpty() ? instruction : instruction + "\n\n" + input;
      return new Completion(question, output).asChat();
    }

    /** As text, in the layout in which Alpaca was trained (Taori et al. 2023). */
    Completion asText() {
      String given = input.isEmpty() ? "" : "### Input:\n" + input + "\n\n";
      return new Completion(
          "### Instruction:\n" + instruction + "\n\n" + given + "### Response:\n", output);
    }
  }

  /**
   * A conversation.
   *
   * @param chat with at least one answer of the assistant
   * @param answers how many of the assistant's last messages are the ones to learn; 0 leaves that
   *     to whoever encodes
   */
  record Conversation(Chat chat, int answers) implements Sample {}
}
