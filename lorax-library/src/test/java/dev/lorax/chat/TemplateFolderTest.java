package dev.lorax.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemplateFolderTest {
  private static final Chat CHAT = Chat.of(List.of(Chat.message("user", "hi")));
  private static final Chat WITH_TOOLS =
      new Chat(CHAT.messages(), List.of(Map.of("name", "f")), Map.of());

  @TempDir Path folder;

  private void write(String name, String text) throws IOException {
    Files.createDirectories(folder.resolve(name).getParent());
    Files.writeString(folder.resolve(name), text);
  }

  private String render(Chat chat) {
    return ChatTemplate.open(folder).orElseThrow().render(chat, false);
  }

  @Test
  void aFolderWithoutTemplateHasNone() throws IOException {
    assertThat(ChatTemplate.open(folder)).isEmpty();
    write("tokenizer_config.json", "{\"eos_token\": \"</s>\", \"chat_template\": null}");
    assertThat(ChatTemplate.open(folder)).isEmpty();
  }

  @Test
  void theFileOfItsOwnWinsOverTheConfigAndThatOverTheProcessor() throws IOException {
    write("chat_template.json", "{\"chat_template\": \"processor\"}");
    assertThat(render(CHAT)).isEqualTo("processor");
    write("tokenizer_config.json", "{\"chat_template\": \"config\"}");
    assertThat(render(CHAT)).isEqualTo("config");
    write("chat_template.jinja", "file\n");
    assertThat(render(CHAT)).isEqualTo("file");
  }

  @Test
  void ofSeveralTheOneForToolsIsTakenWhereThereAreTools() throws IOException {
    write(
        "tokenizer_config.json",
        """
        {"chat_template": [{"name": "default", "template": "plain"},
                           {"name": "tool_use", "template": "{{ tools | length }} tools"}]}
        """);
    assertThat(render(CHAT)).isEqualTo("plain");
    assertThat(render(WITH_TOOLS)).isEqualTo("1 tools");
    write("chat_template.jinja", "new {{ tools is none }}");
    assertThat(render(WITH_TOOLS)).isEqualTo("new False");
    write("additional_chat_templates/tool_use.jinja", "more");
    assertThat(render(CHAT)).isEqualTo("new True");
    assertThat(render(WITH_TOOLS)).isEqualTo("more");
  }

  @Test
  void severalWithoutADefaultAreRefused() throws IOException {
    write(
        "tokenizer_config.json", "{\"chat_template\": [{\"name\": \"rag\", \"template\": \"x\"}]}");
    assertThatThrownBy(() -> render(CHAT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no default among [rag]");
  }

  @Test
  void specialTokensAreTextsOrObjectsAndTheConfigWins() throws IOException {
    write("chat_template.jinja", "{{ bos_token }}{{ eos_token }}{{ pad_token }}{{ unk_token }}|");
    write(
        "tokenizer_config.json",
        "{\"bos_token\": \"<s>\", \"eos_token\": {\"content\": \"</s>\"}, \"unk_token\": null}");
    write(
        "special_tokens_map.json",
        "{\"bos_token\": \"<x>\", \"pad_token\": {\"content\": \"<p>\"}}");
    assertThat(render(CHAT)).isEqualTo("<s></s><p>|");
  }

  @Test
  void brokenFilesAreNamed() throws IOException {
    write("chat_template.jinja", "line one\n{% if %}");
    assertThatThrownBy(() -> ChatTemplate.open(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("chat_template.jinja is no Jinja template: line 2 of the template: ");
    write("tokenizer_config.json", "{\n\"chat_template\": ");
    assertThatThrownBy(() -> ChatTemplate.open(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tokenizer_config.json, line 2");
    Files.delete(folder.resolve("tokenizer_config.json"));
    Files.write(folder.resolve("chat_template.jinja"), new byte[] {(byte) 0xff, (byte) 0xfe});
    assertThatThrownBy(() -> ChatTemplate.open(folder)).hasMessageContaining("UTF-8");
  }
}
