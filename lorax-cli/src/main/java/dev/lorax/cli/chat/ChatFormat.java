package dev.lorax.cli.chat;

import dev.lorax.chat.Chat;
import dev.lorax.chat.ChatTemplate;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.cli.console.Failure;
import dev.lorax.text.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How a conversation becomes a model's tokens, and where an answer ends. */
public final class ChatFormat {
  private static final String PLAIN =
      """
      {%- for message in messages -%}
        {%- if message.role == 'system' -%}
          {{- message.content + '\\n\\n' -}}
        {%- elif message.role == 'user' -%}
          {{- 'User: ' + message.content + '\\n' -}}
        {%- else -%}
          {{- 'Assistant: ' + message.content + '\\n' -}}
        {%- endif -%}
      {%- endfor -%}
      {{- 'Assistant:' if add_generation_prompt -}}
      """;

  private final ChatTemplate template;
  private final Tokenizer tokenizer;
  private final boolean plain;

  private ChatFormat(ChatTemplate template, Tokenizer tokenizer, boolean plain) {
    this.template = template;
    this.tokenizer = tokenizer;
    this.plain = plain;
  }

  /**
   * By a chat template: the model's, or that of a file.
   *
   * @param file null: the model's
   * @throws Failure if there is none, or it is broken
   */
  public static ChatFormat of(Checkpoint base, Path file) {
    ChatTemplate template =
        Failure.orFail(
            () ->
                file != null
                    ? ChatTemplate.open(file, base.folder())
                    : ChatTemplate.open(base.folder()).orElseThrow(() -> none(base)));
    return new ChatFormat(template, base.tokenizer(), false);
  }

  private static Failure none(Checkpoint base) {
    return Failure.of(
        "%s has no chat template, which writes conversations as text: give --chat-template FILE, or"
                .formatted(base.folder())
            + " --plain to write them as lines of 'User:' and 'Assistant:'");
  }

  /** As lines of {@code User:} and {@code Assistant:}, for a model that knows no template. */
  public static ChatFormat plain(Checkpoint base) {
    return new ChatFormat(ChatTemplate.parse(PLAIN, Map.of()), base.tokenizer(), true);
  }

  /**
   * The tokens after which the model answers.
   *
   * @throws IllegalArgumentException if the template refuses the conversation
   */
  int[] prompt(List<Map<String, Object>> messages) {
    String text = template.render(Chat.of(messages), true);
    return plain ? tokenizer.encodeWithSpecials(text) : tokenizer.encode(text);
  }

  /** Ids after which an answer has ended, beside the model's own. */
  public int[] endIds() {
    Set<Integer> ids = template.endIds(tokenizer);
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Strings before which an answer ends. */
  public String[] stops() {
    return plain ? new String[] {"\nUser:"} : new String[0];
  }
}
