package dev.lorax.chat;

import java.nio.file.Path;
import java.util.Optional;

/** A model's way to write conversations as text. */
public final class ChatTemplate {
  private ChatTemplate() {}

  /**
   * The template of a checkpoint folder: {@code chat_template.jinja}, or that of {@code
   * tokenizer_config.json}.
   *
   * @return empty if the checkpoint has none
   */
  public static Optional<ChatTemplate> open(Path folder) {
    throw new UnsupportedOperationException();
  }

  /**
   * The text of a conversation.
   *
   * @param answerFollows whether the text ends where the assistant begins to speak
   */
  public String render(Chat chat, boolean answerFollows) {
    throw new UnsupportedOperationException();
  }

  /** The text of a conversation, and where in it the answers are. */
  public Rendered render(Chat chat, Answers answers) {
    throw new UnsupportedOperationException();
  }
}
