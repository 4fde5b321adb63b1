package dev.lorax.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Published templates, of the folder that {@code -Dlorax.golden} names, give the texts there. */
class GivenTemplatesTest {
  /** A template, what it sees, and its text. */
  record Given(
      String name,
      String chat_template,
      Map<String, Object> data,
      String expected,
      boolean depends_on_date) {}

  @TestFactory
  Stream<DynamicTest> everyTemplateOfTheFolderGivenIsRenderedAsThere() throws IOException {
    String folder = System.getProperty("lorax.golden", "");
    if (folder.isBlank()) {
      return Stream.empty();
    }
    Path file = Path.of(folder, "_extra", "chat_templates.json");
    Given[] all = new ObjectMapper().readValue(file.toFile(), Given[].class);
    assertThat(all).isNotEmpty();
    return Arrays.stream(all).map(each -> DynamicTest.dynamicTest(each.name(), () -> check(each)));
  }

  private static void check(Given given) {
    Map<String, Object> variables = new LinkedHashMap<>(given.data());
    boolean answerFollows = Boolean.TRUE.equals(variables.remove("add_generation_prompt"));
    Object tools = variables.remove("tools");
    Chat chat =
        new Chat(
            list(variables.remove("messages")), tools == null ? List.of() : list(tools), variables);
    ChatTemplate template = ChatTemplate.parse(given.chat_template(), Map.of()).at(clock(given));
    assertThat(template.render(chat, answerFollows)).isEqualTo(given.expected());
  }

  @SuppressWarnings("unchecked")
  private static <T> List<T> list(Object value) {
    return (List<T>) value;
  }

  /** The day on which the text was written, as it says itself. */
  private static Clock clock(Given given) {
    Matcher date = Pattern.compile("Today Date: (\\d+ \\w+ \\d+)").matcher(given.expected());
    if (!given.depends_on_date() || !date.find()) {
      return Clock.systemUTC();
    }
    LocalDate day =
        LocalDate.parse(date.group(1), DateTimeFormatter.ofPattern("dd MMM uuuu", Locale.US));
    return Clock.fixed(day.atTime(12, 0).toInstant(ZoneOffset.UTC), ZoneOffset.UTC);
  }
}
