package dev.lorax.cli.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.chat.ChatTemplate;
import dev.lorax.text.Tokenizer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GoTemplateTest {
  private static final Path BASE = Path.of("..", "demo", "base");
  private static Tokenizer tokenizer;

  @BeforeAll
  static void open() {
    tokenizer = Tokenizer.open(BASE);
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  private static Optional<String> said(String source) {
    return GoTemplate.of(
        ChatTemplate.parse(source, Map.of("bos_token", "<|endoftext|>")), tokenizer);
  }

  @Test
  void turnsBetweenMarksAreSaid() {
    String source =
        "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<end>\n{% endfor %}"
            + "{% if add_generation_prompt %}<|assistant|>{% endif %}";
    assertThat(said(source))
        .contains(
            "{{ range .Messages }}{{ if eq .Role \"system\" }}<|system|>{{ .Content }}<end>\n"
                + "{{ else if eq .Role \"user\" }}<|user|>{{ .Content }}<end>\n"
                + "{{ else if eq .Role \"assistant\" }}<|assistant|>{{ .Content }}<end>\n"
                + "{{ end }}{{ end }}<|assistant|>");
  }

  @Test
  void aTemplateWithoutSystemMessagesIsSaidWithoutThem() {
    String source =
        "{% if messages[0].role == 'system' %}{{ raise_exception('no') }}{% endif %}"
            + "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}"
            + "{% if add_generation_prompt %}[assistant]{% endif %}";
    assertThat(said(source).orElseThrow())
        .startsWith("{{ range .Messages }}{{ if eq .Role \"user\" }}[user]{{ .Content }}")
        .doesNotContain("system");
  }

  @Test
  void theTemplateOfTheDemoIsSaid() {
    ChatTemplate template = ChatTemplate.open(BASE).orElseThrow();
    assertThat(GoTemplate.of(template, tokenizer).orElseThrow())
        .contains("{{ else if eq .Role \"user\" }}Question: {{ .Content }}\n")
        .endsWith("Answer:");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ 'You help. ' }}{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}",
        "{% for m in messages %}{{ loop.index }}[{{ m.role }}]{{ m.content }}{% endfor %}",
        "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% if loop.last %}!{% endif %}"
            + "{% endfor %}",
        "{% for m in messages %}[{{ m.role }}]{{ m.content | upper }}{% endfor %}",
        "{% for m in messages %}{{ '{{' }}[{{ m.role }}]{{ m.content }}{% endfor %}",
        "{% for m in messages[-1:] %}[{{ m.role }}]{{ m.content }}{% endfor %}",
        "{{ raise_exception('never') }}"
      })
  void whatIsNotRegularIsNotSaid(String source) {
    assertThat(said(source)).isEmpty();
  }
}
