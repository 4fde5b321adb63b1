package dev.lorax.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.chat.ChatTemplate;
import dev.lorax.checkpoint.Checkpoint;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChatFormatTest {
  private static final String EACH = "{%% for m in messages %%}{{ m.content }}%s{%% endfor %%}";

  @Test
  void theEndTokenIsTheSpecialOneRightAfterAnAnswer() {
    try (Checkpoint base = demo()) {
      int end = base.tokenizer().id("<|endoftext|>").orElseThrow();
      assertThat(template("<|endoftext|>\n").endIds(base.tokenizer())).containsExactly(end);
      assertThat(template(" <|endoftext|>").endIds(base.tokenizer())).containsExactly(end);
      assertThat(template("\n").endIds(base.tokenizer())).isEmpty();
      assertThat(template("").endIds(base.tokenizer())).isEmpty();
      assertThat(template(". <|endoftext|>").endIds(base.tokenizer())).isEmpty();
      ChatTemplate refusing = ChatTemplate.parse("{{ raise_exception('no') }}", Map.of());
      assertThat(refusing.endIds(base.tokenizer())).isEmpty();
      assertThat(ChatFormat.of(base, null).endIds()).containsExactly(end);
    }
  }

  @Test
  void plainChatsAreLinesOfUserAndAssistant() {
    try (Checkpoint base = demo()) {
      Conversation conversation = new Conversation("Be kind.");
      conversation.add(new Conversation.Turn("Hi", "Hello"));
      List<Map<String, Object>> messages = conversation.messages(0, "Why?");
      assertThat(base.tokenizer().decode(ChatFormat.plain(base).prompt(messages)))
          .isEqualTo("Be kind.\n\nUser: Hi\nAssistant: Hello\nUser: Why?\nAssistant:");
    }
  }

  private static ChatTemplate template(String after) {
    return ChatTemplate.parse(EACH.formatted(after), Map.of());
  }

  private static Checkpoint demo() {
    return Checkpoint.open(Path.of("..", "demo", "base"));
  }
}
