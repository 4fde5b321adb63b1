package dev.lorax.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.data.DataFile;
import dev.lorax.data.Layout;
import dev.lorax.data.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that sees 64 characters, and writes "u:Hi;a:Ho;" by its template. */
class ChatCommandTest {
  private static final int LONG = 8; // characters of an answer

  @TempDir static Path folder;
  private static Path model;
  private static Path adapter;
  private static Path template;

  @BeforeAll
  static void train() throws IOException {
    model = TinyModel.in(folder);
    adapter = TinyModel.adapter(folder, model);
    template =
        Files.writeString(
            folder.resolve("template.jinja"),
            "{% for m in messages %}{{ m.role[0] }}:{{ m.content }};{% endfor %}"
                + "{% if add_generation_prompt %}a:{% endif %}");
  }

  private static Lorax chat(List<String> lines, Object... more) {
    List<Object> args =
        new ArrayList<>(
            List.of("chat", "--model", model, "--chat-template", template, "-n", LONG, "--greedy"));
    args.addAll(Arrays.asList(more));
    return Lorax.withInput(String.join("\n", lines) + "\n", args.toArray());
  }

  /** What the model says after a text, as a chat shows it. */
  private static String said(String prompt, Object... more) {
    List<Object> args =
        new ArrayList<>(List.of("generate", "--model", model, "-p", prompt, "-n", LONG));
    args.addAll(more.length > 0 ? Arrays.asList(more) : List.of("--greedy"));
    return Lorax.run(args.toArray()).ok().out().strip();
  }

  @Test
  void everyAnswerFollowsAllThatWasSaid() {
    String first = said("u:Hi;a:");
    String second = said("u:Hi;a:" + first + ";u:Why;a:");
    assertThat(second).isNotEqualTo(said("u:Why;a:"));
    Lorax run = chat(List.of("Hi", "", "Why")).ok();
    assertThat(run.out().lines()).containsExactly(first, second);
    assertThat(run.err()).contains("cut after --max-tokens 8");
  }

  @Test
  void aResetForgetsTurnsButNotTheSystemMessage() {
    String answer = said("s:Be old;u:Hi;a:");
    assertThat(chat(List.of("Hi", "/reset", "Hi"), "--system", "Be old").ok().out().lines())
        .containsExactly(answer, answer);
    assertThat(chat(List.of("/system Be old", "Hi", "/reset", "/system", "Hi")).ok().out().lines())
        .containsExactly(answer, said("u:Hi;a:"));
  }

  @Test
  void anUndoneTurnIsNotSeenAndARetryAnswersAgain() {
    String answer = said("u:Hi;a:");
    assertThat(chat(List.of("Hi", "/undo", "Hi", "/retry")).ok().out().lines())
        .containsExactly(answer, answer, answer);
  }

  @Test
  void baseAndAdaptersSpeakInTurn() {
    String base = said("u:Hi;a:");
    String adapted = said("u:Hi;a:", "--greedy", "--adapter", adapter);
    assertThat(adapted).isNotEqualTo(base);
    List<String> lines = List.of("Hi", "/reset", "/base", "Hi", "/reset", "/adapter adapter", "Hi");
    assertThat(chat(lines, "--adapter", adapter).ok().out().lines())
        .containsExactly(adapted, base, adapted);
    assertThat(chat(List.of("Hi", "/undo", "/adapter " + adapter, "Hi")).ok().out().lines())
        .containsExactly(base, adapted);
  }

  @Test
  void comparesBothAndLeavesTheConversationAsItIs() {
    String base = said("u:Hi;a:");
    String adapted = said("u:Hi;a:", "--greedy", "--adapter", adapter);
    Lorax run = chat(List.of("/compare Hi", "Hi"), "--adapter", adapter).ok();
    List<String> lines = run.out().lines().toList();
    assertThat(lines.get(0)).startsWith("base ").contains("| adapter");
    assertThat(run.out()).contains(base.lines().findFirst().orElseThrow());
    assertThat(lines.get(lines.size() - 1)).isEqualTo(adapted);
  }

  @Test
  void aSeedGivesWhatGenerateGivesWithIt() {
    Object[] drawn = {"--temperature", 1.5, "--seed", 7};
    List<Object> args =
        new ArrayList<>(List.of("chat", "--model", model, "--chat-template", template, "-n", LONG));
    args.addAll(Arrays.asList(drawn));
    List<String> answers =
        Lorax.withInput("Hi\n/retry\n", args.toArray()).ok().out().lines().toList();
    assertThat(answers.get(0)).isEqualTo(said("u:Hi;a:", drawn));
    assertThat(answers.get(1)).as("a retry draws anew").isNotEqualTo(answers.get(0));
  }

  @Test
  void theOldestTurnsGoWhereTheContextEnds() {
    String first = said("u:" + "x".repeat(20) + ";a:");
    String second = said("u:" + "x".repeat(20) + ";a:" + first + ";u:yyyy;a:");
    String third = said("u:yyyy;a:" + second + ";u:" + "z".repeat(20) + ";a:");
    Lorax run = chat(List.of("x".repeat(20), "yyyy", "z".repeat(20))).ok();
    assertThat(run.out().lines()).containsExactly(first, second, third);
    assertThat(run.err()).contains("no longer sees the oldest turn");
  }

  @Test
  void whatCannotBeDoneIsToldAndTheChatGoesOn() {
    List<String> lines =
        List.of("x".repeat(70), "/dance", "/undo", "/retry", "/save", "/compare Hi", "/adapter no");
    Lorax run = chat(lines.stream().toList());
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err().lines().filter(line -> line.startsWith("error: "))).hasSize(7);
    assertThat(run.err())
        .contains("context holds 64: shorten it", "/dance is no command", "There is no turn yet");
    List<String> after = new ArrayList<>(lines);
    after.add("Hi");
    assertThat(chat(after).out().lines()).containsExactly(said("u:Hi;a:"));
  }

  @Test
  void aSavedChatIsALineThatTrainingReads() {
    Path file = folder.resolve("saved.jsonl");
    chat(List.of("Hi", "Why", "/save " + file, "/reset", "//no", "/save " + file, "/exit", "Hi"))
        .ok();
    try (DataFile data = DataFile.open(file)) {
      assertThat(data.format().layout()).isEqualTo(Layout.MESSAGES);
      assertThat(data.count()).isEqualTo(2);
      Sample.Conversation saved = (Sample.Conversation) data.sample(0);
      assertThat(saved.chat().messages()).hasSize(4);
      assertThat(saved.chat().messages().get(1)).containsEntry("content", said("u:Hi;a:"));
      saved = (Sample.Conversation) data.sample(1);
      assertThat(saved.chat().messages().get(0)).containsEntry("content", "/no");
    }
  }

  @Test
  void aModelWithoutATemplateNeedsOneOrPlainLines() {
    Lorax.withInput("Hi\n", "chat", "--model", model)
        .failed(1, "has no chat template", "--chat-template FILE", "--plain");
    Lorax plain =
        Lorax.withInput("Hi\n", "chat", "--model", model, "--plain", "-n", LONG, "--greedy").ok();
    assertThat(plain.out().strip()).isEqualTo(said("User: Hi\nAssistant:"));
    chat(List.of("Hi"), "--plain").failed(2, "exclude each other");
  }
}
