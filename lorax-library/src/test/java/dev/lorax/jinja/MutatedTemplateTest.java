package dev.lorax.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Broken templates are refused as such; {@code -Dlorax.fuzz=300000} tries more of them. */
class MutatedTemplateTest {
  private static final int MUTATIONS = Integer.getInteger("lorax.fuzz", 4_000);
  private static final Duration LONGEST = Duration.ofSeconds(10);
  private static final List<String> NAMES =
      List.of(
          "calls",
          "chatml",
          "ends",
          "headers",
          "inst",
          "macros",
          "marked",
          "opened",
          "thoughts",
          "turns");
  private static final List<String> WORDS =
      List.of(
          "{{",
          "}}",
          "{%",
          "%}",
          "{#",
          "-",
          "(",
          ")",
          "[",
          "]",
          "|",
          "~",
          "*",
          "**",
          "%",
          "//",
          "'",
          "\\",
          ".",
          ",",
          ":",
          " is ",
          " not ",
          " in ",
          " if ",
          " else ",
          "{% else %}",
          "{% endif %}",
          "{% endfor %}",
          "{% for m in messages %}",
          "0",
          "-1",
          "9223372036854775807",
          "1e308",
          "99999",
          "none",
          "messages",
          "loop",
          "namespace()",
          "range(9999)",
          "'%s%d'",
          "[::-1]",
          "|tojson",
          "|list",
          "|sort",
          "|map(",
          "|join",
          "|int",
          "|float",
          "|round",
          "|items",
          "|unique",
          "|batch(3)",
          ".split()",
          ".format(",
          ".keys()",
          ".get(",
          "loop.",
          "\n",
          "😀");

  private static final Map<String, Object> VARIABLES =
      Map.of(
          "messages",
          List.of(
              Map.of("role", "system", "content", "Be kind."),
              Map.of("role", "user", "content", "Hello"),
              Map.of("role", "assistant", "content", "<think>well</think>Hi")),
          "tools",
          List.of(Map.of("type", "function", "function", Map.of("name", "sum"))),
          "add_generation_prompt",
          true,
          "bos_token",
          "<s>",
          "eos_token",
          "</s>");

  @Test
  void aMutatedTemplateRendersOrIsRefusedAndSoon() throws IOException {
    List<String> sources = new ArrayList<>();
    for (String name : NAMES) {
      try (InputStream file = getClass().getResourceAsStream("/chat/" + name + ".jinja")) {
        sources.add(new String(file.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    Random random = new Random(7);
    int rendered = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      rendered += renders(mutated(sources, random)) ? 1 : 0;
    }
    assertThat(rendered).isBetween(MUTATIONS / 100, MUTATIONS - MUTATIONS / 10);
  }

  private static boolean renders(String source) {
    long start = System.nanoTime();
    boolean rendered = false;
    try {
      Template.parse(source).render(VARIABLES);
      rendered = true;
    } catch (TemplateException refused) {
      if (refused.line() < 1 || refused.problem().contains("cannot be worked out")) {
        fail("unforeseen: " + refused.getMessage() + "\n" + source, refused);
      }
    } catch (RuntimeException | Error e) {
      fail("not refused as a template:\n" + source, e);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).as(source).isLessThan(LONGEST);
    return rendered;
  }

  /** A template in which a few places are cut out, repeated, or filled with words of others. */
  private static String mutated(List<String> sources, Random random) {
    StringBuilder text = new StringBuilder(any(sources, random));
    for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
      int at = random.nextInt(text.length() + 1);
      int end = Math.min(text.length(), at + random.nextInt(20));
      switch (random.nextInt(4)) {
        case 0 -> text.delete(at, end);
        case 1 -> text.insert(random.nextInt(text.length() + 1), text.substring(at, end));
        case 2 -> text.replace(at, Math.min(end, at + 3), any(WORDS, random));
        default -> text.insert(at, any(WORDS, random));
      }
    }
    return text.toString();
  }

  private static <T> T any(List<T> items, Random random) {
    return items.get(random.nextInt(items.size()));
  }
}
