package dev.lorax.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorax.chat.Chat;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataFileTest {
  private static final String CHAT =
      "{\"messages\": [{\"role\": \"user\", \"content\": \"Hi\"},"
          + " {\"role\": \"assistant\", \"content\": \"Hello\"}]}\n";

  @TempDir Path folder;

  private Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private Sample only(String name, String content) throws IOException {
    try (DataFile data = DataFile.open(write(name, content))) {
      assertThat(data.count()).isEqualTo(1);
      return data.sample(0);
    }
  }

  private static Map<String, Object> message(String role, String content) {
    return Chat.message(role, content);
  }

  private Chat chat(String line) throws IOException {
    return ((Sample.Conversation) only("a.jsonl", line)).chat();
  }

  @Test
  void formatsAreRecognisedAndSaidAloud() throws IOException {
    assertThat(described("a.jsonl", CHAT)).isEqualTo("chat messages, JSON lines");
    assertThat(described("a.json", "[" + CHAT + "]")).isEqualTo("chat messages, a JSON array");
    assertThat(described("b", "{\"text\": \"once\"}")).isEqualTo("texts, JSON lines");
    assertThat(described("c.csv", "prompt,completion\n1+1,2\n"))
        .isEqualTo("prompts and completions, CSV");
    assertThat(described("d.csv", "instruction,input,output,text\na,b,c,d\n"))
        .isEqualTo("Alpaca instructions, CSV");
    assertThat(
            described(
                "e.jsonl",
                "{\"conversations\": [{\"from\": \"gpt\", \"value\": \"Hi\"}], \"id\": 1}"))
        .isEqualTo("ShareGPT conversations, JSON lines");
  }

  private String described(String name, String content) throws IOException {
    try (DataFile data = DataFile.open(write(name, content))) {
      return data.format().toString();
    }
  }

  @Test
  void plainTextIsToldApart() throws IOException {
    assertThat(Container.of(write("a.txt", "{\"text\": \"a\"}"))).isEqualTo(Container.PLAIN_TEXT);
    assertThat(Container.of(write("a.log", "Once upon a time"))).isEqualTo(Container.PLAIN_TEXT);
    assertThat(Container.of(write("b", "\uFEFF {}"))).isEqualTo(Container.JSON_LINES);
    assertThat(Container.of(write("c.json", "\n[\n {}]"))).isEqualTo(Container.JSON_ARRAY);
    Path text = write("b.txt", "Once upon a time");
    assertThatThrownBy(() -> DataFile.open(text))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("plain text");
  }

  @Test
  void textsPromptsAndInstructionsAreRead() throws IOException {
    assertThat(only("a.jsonl", "{\"text\": \"once \\u00e9\"}"))
        .isEqualTo(new Sample.Text("once é"));
    assertThat(only("a.jsonl", "{\"prompt\": \"\", \"completion\": \"b\"}"))
        .isEqualTo(new Sample.Completion("", "b"));
    assertThat(only("a.jsonl", "{\"instruction\": \"a\", \"input\": \"\", \"output\": \"c\"}"))
        .isEqualTo(new Sample.Instruction("a", "", "c"));
    assertThat(only("a.jsonl", "{\"instruction\": \"a\", \"output\": \"c\"}"))
        .isEqualTo(new Sample.Instruction("a", "", "c"));
  }

  @Test
  void aPromptAndACompletionMayBeMessages() throws IOException {
    Sample sample =
        only(
            "a.jsonl",
            "{\"prompt\": [{\"role\": \"user\", \"content\": \"a\"},"
                + " {\"role\": \"assistant\", \"content\": \"b\"}, {\"role\": \"user\", \"content\":"
                + " \"c\"}], \"completion\": [{\"role\": \"assistant\", \"content\": \"d\"}]}");
    assertThat(sample)
        .isEqualTo(
            new Sample.Conversation(
                Chat.of(
                    List.of(
                        message("user", "a"),
                        message("assistant", "b"),
                        message("user", "c"),
                        message("assistant", "d"))),
                1));
  }

  @Test
  void toolsDocumentsAndSettingsAreForTheTemplateAndOtherColumnsAreNot() throws IOException {
    String messages = CHAT.strip().replaceFirst("}$", "");
    Chat chat =
        chat(
            messages
                + ", \"tools\": \"[{\\\"name\\\": \\\"add\\\"}]\", \"chat_template_kwargs\":"
                + " {\"enable_thinking\": false}, \"documents\": [{\"title\": \"a\"}],"
                + " \"bos_token\": \"b\", \"date\": \"today\"}");
    assertThat(chat.tools()).isEqualTo(List.of(Map.of("name", "add")));
    assertThat(chat.variables())
        .isEqualTo(Map.of("documents", List.of(Map.of("title", "a")), "enable_thinking", false));
    assertThat(chat(messages + ", \"tools\": [{\"name\": \"add\"}]}").tools())
        .isEqualTo(List.of(Map.of("name", "add")));
    assertThat(chat(messages + ", \"tools\": null}").tools()).isEmpty();
    assertThat(chat(messages + ", \"chat_template_kwargs\": null}").variables()).isEmpty();
    assertThat(chat(messages + ", \"documents\": \"none\"}").variables()).isEmpty();
  }

  @Test
  void allFieldsOfASampleCanBeSeen() throws IOException {
    try (DataFile data = DataFile.open(write("a.jsonl", "{\"text\": \"a\", \"id\": 7}\n{\"t"))) {
      assertThat(data.fields(0)).isEqualTo(Map.of("text", "a", "id", 7));
      assertThatThrownBy(() -> data.fields(1))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("line 2: is not JSON");
    }
  }

  @Test
  void settingsMayBeACellOfCsvAndEmpty() throws IOException {
    String row = "messages,tools,chat_template_kwargs\n\"%s\",%s\n";
    String messages = "[{\"\"role\"\": \"\"assistant\"\", \"\"content\"\": \"\"Hi\"\"}]";
    Sample set = only("a.csv", row.formatted(messages, "\"[{}]\",\"{\"\"a\"\": 1}\""));
    assertThat(((Sample.Conversation) set).chat().variables()).isEqualTo(Map.of("a", 1));
    Sample unset = only("a.csv", row.formatted(messages, ","));
    assertThat(((Sample.Conversation) unset).chat().tools()).isEmpty();
    assertThat(((Sample.Conversation) unset).chat().variables()).isEmpty();
  }

  @Test
  void settingsThatAreNoneAreNamed() throws IOException {
    String start = CHAT + "\n" + CHAT.strip().replaceFirst("}$", "");
    assertBad(
        start + ", \"chat_template_kwargs\": [1]}\n",
        Finding.MISSING_FIELD,
        "the field 'chat_template_kwargs' is neither an object nor a string that holds one");
    assertBad(
        start + ", \"tools\": 7}\n", Finding.MISSING_FIELD, "the field 'tools' is neither a list");
  }

  @Test
  void callsOfToolsStayAsTheyAre() throws IOException {
    Chat chat =
        chat(
            "{\"messages\": [{\"role\": \"assistant\", \"content\": null, \"tool_calls\":"
                + " [{\"function\": {\"name\": \"f\", \"arguments\": \"{\\\"b\\\": 1}\"}},"
                + " {\"function\": {\"name\": \"g\", \"arguments\": {\"z\": 1, \"a\": 2.5}}}]}]}");
    assertThat(chat.messages().get(0).get("tool_calls").toString())
        .isEqualTo(
            "[{function={name=f, arguments={\"b\": 1}}},"
                + " {function={name=g, arguments={z=1, a=2.5}}}]");
  }

  @Test
  void turnsOfShareGptBecomeMessages() throws IOException {
    Chat chat =
        chat(
            "{\"system\": \"Be kind\", \"conversations\": [{\"from\": \"human\", \"value\": \"1+1\"},"
                + " {\"from\": \"function_call\", \"value\": \"{\\\"name\\\": \\\"add\\\","
                + " \\\"arguments\\\": {\\\"a\\\": 1}}\"}, {\"from\": \"observation\", \"value\":"
                + " \"2\"}, {\"from\": \"gpt\", \"value\": \"It is 2\"}]}");
    assertThat(chat.messages())
        .extracting(each -> each.get("role"))
        .containsExactly("system", "user", "assistant", "tool", "assistant");
    assertThat(chat.messages().get(2).get("tool_calls"))
        .isEqualTo(
            List.of(
                Map.of(
                    "type",
                    "function",
                    "function",
                    Map.of("name", "add", "arguments", Map.of("a", 1)))));
    assertThat(chat.messages().get(4)).isEqualTo(message("assistant", "It is 2"));
  }

  @Test
  void csvIsReadAsRfc4180HasIt() throws IOException {
    Path file =
        write(
            "a.csv",
            "\uFEFFprompt,completion\r\n\"say \"\"hi\"\",\r\nplease\",hi\r\n\r\n5\" pipe, 2 \r\n");
    try (DataFile data = DataFile.open(file)) {
      assertThat(data.count()).isEqualTo(2);
      assertThat(data.sample(0)).isEqualTo(new Sample.Completion("say \"hi\",\r\nplease", "hi"));
      assertThat(data.sample(1)).isEqualTo(new Sample.Completion("5\" pipe", " 2 "));
      assertThat(data.line(0)).isEqualTo(2);
      assertThat(data.line(1)).isEqualTo(5);
    }
  }

  @Test
  void elementsOfAnArrayAreFoundWhateverTheyHold() throws IOException {
    Path file =
        write(
            "a.json",
            "[ {\"text\": \"a], [\\\"{\\\\\"},\n{\"x\": [[1, 2], {}], \"text\":\"b\"}\n]\n");
    try (DataFile data = DataFile.open(file)) {
      assertThat(data.count()).isEqualTo(2);
      assertThat(data.sample(0)).isEqualTo(new Sample.Text("a], [\"{\\"));
      assertThat(data.sample(1)).isEqualTo(new Sample.Text("b"));
      assertThat(data.line(1)).isEqualTo(2);
    }
  }

  @Test
  void fieldsMayHaveOtherNames() throws IOException {
    Path file = write("a.csv", "id,question,reply\n1,why,because\n");
    try (DataFile data = DataFile.open(file, Fields.completion("question", "reply"))) {
      assertThat(data.sample(0)).isEqualTo(new Sample.Completion("why", "because"));
    }
    try (DataFile data = DataFile.open(file, Fields.text("reply"))) {
      assertThat(data.sample(0)).isEqualTo(new Sample.Text("because"));
    }
    assertThatThrownBy(() -> DataFile.open(file, Fields.text("body")))
        .hasMessageContaining("line 2: has no [body], only [id, question, reply]");
    assertThatThrownBy(() -> new Fields(Layout.COMPLETION, List.of("one")))
        .hasMessageContaining("give 2 names");
  }

  @Test
  void aPackedFileIsUnpackedAndLeavesNothing() throws IOException {
    Path file = folder.resolve("a.jsonl.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(CHAT.repeat(3).getBytes(StandardCharsets.UTF_8));
    }
    Path unpacked;
    try (DataFile data = DataFile.open(file)) {
      unpacked = data.format().unpacked().orElseThrow();
      assertThat(data.format())
          .hasToString("chat messages, JSON lines, gzipped (unpacked to " + unpacked + ")");
      assertThat(data.count()).isEqualTo(3);
      assertThat(unpacked).exists();
    }
    assertThat(unpacked).doesNotExist();
    byte[] half = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(half, half.length - 12));
    assertThatThrownBy(() -> DataFile.open(file))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(file + ": ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "NOT_JSON | {\"text\": tru} | is not JSON at column 10 (Unrecognized token 'tru'",
        "NOT_JSON | {\"text\": \"a\"} {} | is not JSON",
        "NOT_JSON | [\"text\"] | is not a JSON object",
        "MISSING_FIELD | {\"txt\": \"a\"} | has no field 'text', only [txt]",
        "MISSING_FIELD | {\"text\": 5} | the field 'text' is not a text",
        "EMPTY_TEXT | {\"text\": \"\"} | the field 'text' is empty",
      })
  void aBadLineIsNamedWithItsReason(Finding finding, String line, String reason)
      throws IOException {
    assertBad("{\"text\": \"good\"}\n\n" + line + "\n", finding, reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "EMPTY_ANSWER | [{\"role\": \"assistant\", \"content\": \" \"}] | last message is empty",
        "NO_ANSWER | [{\"role\": \"user\", \"content\": \"a\"}] | no message is of the assistant",
        "UNKNOWN_ROLE | [{\"role\": \"bot\", \"content\": \"a\"}] | the role 'bot' is unknown: it must be one of assistant,",
        "MISSING_FIELD | [{\"content\": \"a\"}] | message 1 of 'messages' has no role, only [content]",
        "MISSING_FIELD | [\"a\"] | message 1 of 'messages' is not a JSON object",
        "MISSING_FIELD | 7 | the field 'messages' is not a list of messages",
        "MISSING_FIELD | \"[oh\" | the field 'messages' is a string that is not JSON",
      })
  void aBadConversationIsNamedWithItsReason(Finding finding, String messages, String reason)
      throws IOException {
    assertBad(CHAT + "\n{\"messages\": " + messages + "}\n", finding, reason);
  }

  private void assertBad(String content, Finding finding, String reason) throws IOException {
    Path file = write("a.jsonl", content);
    try (DataFile data = DataFile.open(file)) {
      assertThatThrownBy(() -> data.sample(1))
          .isInstanceOf(DataException.class)
          .hasMessageStartingWith(file + ", line 3: ")
          .hasMessageContaining(reason);
      Findings findings = data.check();
      assertThat(findings.count(finding)).isEqualTo(1);
      assertThat(findings.toString())
          .startsWith("1 dropped: 1 %s (line 3".formatted(finding))
          .matches(told -> told.contains(reason) || told.endsWith("(line 3)"), "has its reason");
      assertThat(findings.details().get(0)).contains("line 3: ").contains(reason);
    }
  }

  @Test
  void aLineThatIsNotUtf8IsNamed() throws IOException {
    Path file = folder.resolve("a.jsonl");
    Files.write(
        file, "{\"text\": \"a\"}\n{\"text\": \"\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1));
    try (DataFile data = DataFile.open(file)) {
      assertThatThrownBy(() -> data.sample(1)).hasMessageContaining("line 2: is not in UTF-8");
    }
  }

  @Test
  void aRowOfOtherLengthIsNamed() throws IOException {
    Path file = write("a.csv", "prompt,completion\na,b\na,b,c\n\"a,b\n");
    assertThatThrownBy(() -> DataFile.open(file))
        .hasMessageContaining("line 4: a quoted cell of this row is never closed");
    write("a.csv", "prompt,completion\na,b\na,b,c\n");
    try (DataFile data = DataFile.open(file)) {
      assertThatThrownBy(() -> data.sample(1))
          .hasMessageContaining("line 3: has 3 columns where the first line names 2");
    }
  }

  @Test
  void aFileOfUnknownFieldsIsOneErrorThatNamesTheNearest() throws IOException {
    assertRefused(
        "a.jsonl",
        "{\"mesage\": []}",
        "line 1: its fields are mesage, and known are messages, conversations, prompt + completion,",
        "(the nearest: messages)");
    assertRefused("a.csv", "prompt,response\na,b", "(the nearest: prompt + completion)");
    assertRefused(
        "a.jsonl",
        "{\"question\": 1, \"reply\": 2}",
        "fields are question, reply",
        "or name those to read, as in --fields question,reply");
    assertRefused(
        "a.jsonl",
        "\n\n{\n \"text\": 1\n}",
        "line 3: is not JSON at column 2 (it ends before it is complete): write one JSON object on",
        "or all in one array");
    assertRefused(
        "a.jsonl",
        "{\"text\": tru}",
        "is not JSON at column 10 (",
        "write one JSON object on each");
    assertRefused("a.jsonl", "\n \n", "holds no samples");
    assertRefused("a.csv", "text\n", "holds no samples");
    assertRefused("a.csv", "text,text\na,b", "line 1: names a column twice: [text, text]");
    assertRefused("a.jsonl", "{\"text\": [1}", "(Unexpected close marker '}': expected ']'");
    assertRefused("a.json", "[{\"text\": \"a\"}", "the array is not closed");
    assertRefused("a.jsonl", "PAR1....", "is a Parquet file: write it as JSON lines");
    assertThatThrownBy(() -> DataFile.open(folder)).hasMessageContaining("is a folder");
    assertThatThrownBy(() -> DataFile.open(folder.resolve("no.jsonl")))
        .hasMessageContaining("no such file");
  }

  private void assertRefused(String name, String content, String... parts) throws IOException {
    Path file = write(name, content);
    assertThatThrownBy(() -> DataFile.open(file))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContainingAll(parts)
        .extracting(Throwable::getMessage)
        .asString()
        .doesNotContain("\n", "[Source", "Feature", "Exception");
  }

  @Test
  void aBadFirstLineDoesNotHideTheRest() throws IOException {
    try (DataFile data = DataFile.open(write("a.jsonl", "oh\n" + CHAT))) {
      assertThat(data.check()).asString().startsWith("1 dropped: 1 not JSON (line 1: ");
    }
  }

  @Test
  void manyThreadsReadTheSame() throws IOException {
    String content =
        IntStream.range(0, 2000)
            .mapToObj("{\"text\": \"number %d\"}"::formatted)
            .collect(Collectors.joining("\n"));
    try (DataFile data = DataFile.open(write("a.jsonl", content))) {
      List<Sample> samples = IntStream.range(0, 2000).parallel().mapToObj(data::sample).toList();
      assertThat(samples)
          .isEqualTo(
              IntStream.range(0, 2000).mapToObj(i -> new Sample.Text("number " + i)).toList());
    }
  }

  @Test
  void findingsAreToldInOneLine() {
    Findings findings = new Findings(1000, sample -> sample + 1);
    assertThat(findings).hasToString("nothing found");
    findings.add(39, Finding.NOT_JSON, "is not JSON");
    findings.add(29, Finding.EMPTY_ANSWER, "later");
    findings.add(16, Finding.EMPTY_ANSWER, "first");
    findings.add(16, Finding.EMPTY_ANSWER, "first");
    IntStream.range(4, 16).forEach(i -> findings.add(i, Finding.CUT, "cut"));
    assertThat(findings)
        .hasToString(
            "3 dropped: 1 not JSON (line 40: is not JSON), 2 with an empty answer (first: line 17);"
                + " 12 cut at the limit (1.2%, first: line 5)");
    assertThat(findings.dropped()).isEqualTo(3);
    assertThat(findings.details()).contains("line 17: first");
  }
}
