package dev.lorax.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Texts and answers are those of transformers and TRL, by templates of many styles. */
class ChatTemplateTest {
  private static final ChatCases CASES = ChatCases.read();

  /** There the answer begins as the generation prompt goes on, and TRL takes that from it. */
  private static final String CUT_BY_TRL = "opened: looks like a tag";

  static List<ChatCases.Case> cases() {
    return CASES.cases();
  }

  static Stream<ChatCases.Case> written() {
    return cases().stream().filter(each -> each.text() != null);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void textsAreThoseOfTransformers(ChatCases.Case each) {
    ChatTemplate template = CASES.template(each.template());
    Chat chat = CASES.chat(each.chat());
    if (each.text() == null) {
      assertThatThrownBy(() -> template.render(chat, false))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("the chat template cannot write this conversation: line ")
          .hasMessageEndingWith(each.error());
    } else {
      assertThat(template.render(chat, false)).isEqualTo(each.text());
      assertThat(template.render(chat, true)).isEqualTo(each.prompted());
    }
  }

  @ParameterizedTest
  @MethodSource("written")
  void theLastAnswerIsTheCompletionOfTrl(ChatCases.Case each) {
    if (each.completion() == null || each.toString().equals(CUT_BY_TRL)) {
      return;
    }
    Rendered rendered =
        CASES.template(each.template()).render(CASES.chat(each.chat()), Answers.LAST);
    assertThat(rendered.text()).isEqualTo(each.text());
    assertThat(rendered.answers())
        .containsExactly(new Span(each.completion(), each.text().length()));
  }

  @ParameterizedTest
  @MethodSource("written")
  void markedAnswersAreThoseOfTheMaskOfTransformers(ChatCases.Case each) {
    if (each.marked() == null) {
      return;
    }
    List<Span> marked =
        each.marked().stream().map(place -> new Span(place.get(0), place.get(1))).toList();
    ChatTemplate template = CASES.template(each.template());
    Chat chat = CASES.chat(each.chat());
    assertThat(template.render(chat, Answers.ALL).answers()).isEqualTo(marked);
    assertThat(template.render(chat, Answers.LAST).answers())
        .isEqualTo(marked.subList(Math.max(0, marked.size() - 1), marked.size()));
  }

  @Test
  void allAnswersHaveWhatEndsThem() {
    assertThat(answers("chatml", "system and two turns"))
        .containsExactly(
            "Well met, well met! \n<|im_end|>\n", "I will, I will. 🌳\n\nTwice.<|im_end|>\n");
    assertThat(answers("inst", "two turns")).containsExactly(" Hello! </s>", " Bye-bye 🌳é </s>");
    assertThat(answers("turns", "two turns"))
        .containsExactly("Hello!<end_of_turn>\n", "Bye-bye 🌳é<end_of_turn>\n");
    assertThat(answers("ends", "two turns"))
        .containsExactly("Hello!<|end|>\n", "Bye-bye 🌳é<|end|>\n</s>");
    assertThat(answers("macros", "two turns"))
        .containsExactly("Hello!<|END_OF_TURN|>", "Bye-bye 🌳é<|END_OF_TURN|>");
  }

  @Test
  void callsOfToolsAreAnswersAndResultsAreNot() {
    assertThat(answers("thoughts", "two calls"))
        .containsExactly(
            "Both.\n<tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\": 1}}\n</tool_call>\n"
                + "<tool_call>\n{\"name\": \"clock\", \"arguments\": {}}\n</tool_call><|im_end|>\n",
            "<think>\n\n</think>\n\n1 at noon<|im_end|>\n");
    assertThat(answers("headers", "tools"))
        .containsExactly(
            "{\"name\": \"add\", \"parameters\": {\"a\": 1, \"b\": [2.0, true, null]}}<|eot_id|>",
            "It is 3.<|eot_id|>",
            "Welcome<|eot_id|>");
    assertThat(answers("calls", "two calls"))
        .containsExactly(
            "[TOOL_CALLS] [{\"name\": \"add\", \"arguments\": {\"a\": 1}}, "
                + "{\"name\": \"clock\", \"arguments\": {}}]</s>",
            " 1 at noon</s>");
  }

  @Test
  void answersWrittenAnewInLaterTurnsAreFoundAsTheyStand() {
    for (String chat : List.of("thoughts", "reasoning apart")) {
      assertThat(answers("thoughts", chat).get(0)).isEqualTo("4<|im_end|>\n");
      assertThat(answers("thoughts", chat).get(1)).endsWith("</think>\n\n6<|im_end|>\n");
    }
    assertThat(answers("thoughts", "no thinking"))
        .containsExactly("4<|im_end|>\n", "6<|im_end|>\n");
    assertThat(answers("opened", "thoughts")).containsExactly("4</s>", "6</s>");
    assertThat(answers("calls", "tools").subList(1, 3))
        .containsExactly(" It is 3.</s>", " Welcome</s>");
  }

  @Test
  void anAnswerIsNotCutWhereItBeginsAsThePromptGoesOn() {
    assertThat(answers("opened", "looks like a tag")).containsExactly("<think</s>", "<b>c</b></s>");
  }

  @Test
  void theAssistantMaySpeakTwiceOrFirst() {
    assertThat(answers("chatml", "assistant twice"))
        .containsExactly("One.<|im_end|>\n", "Two.<|im_end|>\n", "Three.<|im_end|>\n");
    assertThat(answers("chatml", "assistant first"))
        .containsExactly("May I help?<|im_end|>\n", "Fine.<|im_end|>\n");
    assertThat(answers("chatml", "question last")).containsExactly("b<|im_end|>\n");
    assertThat(answers("chatml", "one question")).isEmpty();
  }

  @Test
  void everyAnswerThatIsFoundIsSaidByTheAssistantAlone() {
    for (ChatCases.Case each : written().toList()) {
      Chat chat = CASES.chat(each.chat());
      Rendered rendered;
      try {
        rendered = CASES.template(each.template()).render(chat, Answers.ALL);
      } catch (IllegalArgumentException refused) {
        assertThat(refused)
            .hasMessageStartingWith("Message ")
            .hasMessageContaining("cannot be proved");
        continue;
      }
      long said = chat.messages().stream().filter(m -> m.get("role").equals("assistant")).count();
      assertThat(rendered.answers()).as(each.toString()).hasSize((int) said);
    }
  }

  @Test
  void whatCannotBeProvedIsRefusedByTheNumberOfTheMessage() {
    String apart =
        "{% for m in messages %}{% if not loop.last %}{{ m.content | upper }}{% endif %}{% endfor %}"
            + "{{ messages[-1].content }}";
    refuses(apart, "Message 4: ");
    String twice =
        "{% for m in messages %}{{ m.role }}:{{ m.content }}|{{ messages | length }} {% endfor %}"
            + "{% for m in messages %}{{ m.content }}{% endfor %}";
    refuses(twice, "Message 2: ");
    String lookingBack =
        "{% for m in messages %}{{ m.content }}{{ messages | length }};"
            + "{{ loop.previtem.content if not loop.first }}{% endfor %}";
    refuses(lookingBack, "Message 2: ");
  }

  private static void refuses(String source, String beginning) {
    ChatTemplate template = ChatTemplate.parse(source, Map.of());
    assertThatThrownBy(() -> template.render(CASES.chat("two turns"), Answers.ALL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(beginning)
        .hasMessageContaining("{% generation %}");
  }

  @Test
  void aBlockWithoutAPlaceIsRefusedWherePlacesAreAsked() {
    String source =
        "{% macro m(x) %}{% generation %}{{ x }}{% endgeneration %}{% endmacro %}"
            + "{% for m in messages %}{{ m(m.content) if false }}{% endfor %}{{ m('x') }}";
    ChatTemplate template = ChatTemplate.parse(source, Map.of());
    Chat chat = CASES.chat("one answer");
    assertThat(template.render(chat, false)).isEqualTo("x");
    assertThatThrownBy(() -> template.render(chat, Answers.ALL))
        .hasMessageContaining("generation block within a macro");
  }

  @Test
  void twoMessagesThatAreOneObjectAreTwoAnswers() {
    Map<String, Object> ask = Chat.message("user", "?");
    Map<String, Object> say = Chat.message("assistant", "!");
    Rendered rendered =
        CASES.template("thoughts").render(Chat.of(List.of(ask, say, ask, say)), Answers.ALL);
    assertThat(texts(rendered))
        .containsExactly("!<|im_end|>\n", "<think>\n\n</think>\n\n!<|im_end|>\n");
  }

  @Test
  void contentInPartsHasAnswersToo() {
    String source =
        "{% for m in messages %}<{{ m.role }}>{% for p in m.content %}{{ p.text }}{% endfor %}</>"
            + "{{ messages | length }}{% endfor %}{{ '<assistant>' if add_generation_prompt }}";
    List<Map<String, Object>> messages = new ArrayList<>();
    for (String role : List.of("user", "assistant", "user", "assistant")) {
      messages.add(
          Map.of("role", role, "content", List.of(Map.of("type", "text", "text", role + " says"))));
    }
    Rendered rendered = ChatTemplate.parse(source, Map.of()).render(Chat.of(messages), Answers.ALL);
    assertThat(texts(rendered)).containsExactly("assistant says</>4", "assistant says</>4");
  }

  @Test
  void variablesDoNotTakeThePlaceOfTheConversationOrOfTheModelsTokens() {
    ChatTemplate template =
        ChatTemplate.parse(
            "{{ bos_token }}{{ messages[0].content }}{{ add_generation_prompt }}{{ x }}",
            Map.of("bos_token", "<s>"));
    Chat chat =
        new Chat(
            List.of(Chat.message("user", "Hello")),
            List.of(),
            Map.of("messages", "none", "add_generation_prompt", "no", "bos_token", "b", "x", "!"));
    assertThat(template.render(chat, true)).isEqualTo("<s>HelloTrue!");
  }

  @Test
  void aTemplateWhoseTimeStandsStillWritesOneDate() {
    Instant[] now = {Instant.parse("2024-12-31T23:59:59Z")};
    InstantSource ticking = () -> now[0];
    ChatTemplate template =
        ChatTemplate.parse("{{ strftime_now('%F') }}", Map.of())
            .at(ticking.withZone(ZoneOffset.UTC));
    ChatTemplate still = template.still();
    now[0] = now[0].plusSeconds(2);
    Chat chat = CASES.chat("one question");
    assertThat(template.render(chat, true)).isEqualTo("2025-01-01");
    assertThat(still.render(chat, true)).isEqualTo("2024-12-31");
  }

  /** Marks what is thought and what is said; the assistant's messages may touch. */
  private static final ChatTemplate TWO_BLOCKS =
      ChatTemplate.parse(
          "{% for m in messages %}{% if m.role == 'assistant' %}"
              + "{% generation %}{{ m.thought }}{% endgeneration %}{{ m.between }}"
              + "{% generation %}{{ m.content }}{% endgeneration %}"
              + "{% else %}[{{ m.content }}]{% endif %}{% endfor %}",
          Map.of());

  private static Map<String, Object> said(String thought, String between, String content) {
    return Map.of("role", "assistant", "thought", thought, "between", between, "content", content);
  }

  @Test
  void blocksOfOneMessageAreLearnedTogether() {
    Map<String, Object> ask = Chat.message("user", "?");
    Chat chat =
        Chat.of(List.of(ask, said("a", "-", "b"), ask, said("c", "-", "d"), said("e", "-", "f")));
    assertThat(texts(TWO_BLOCKS.render(chat, 1))).containsExactly("e", "f");
    assertThat(texts(TWO_BLOCKS.render(chat, 2))).containsExactly("c", "d", "e", "f");
    assertThat(texts(TWO_BLOCKS.render(chat, Answers.ALL))).hasSize(6);
    assertThat(texts(TWO_BLOCKS.render(chat, Answers.LAST))).containsExactly("e", "f");
  }

  @Test
  void blocksThatTouchAreOneAnswerWithinAMessageAndTwoOfTwo() {
    Chat chat = Chat.of(List.of(said("a", "", "b"), said("c", "", "d"), said("", "", "e")));
    assertThat(texts(TWO_BLOCKS.render(chat, Answers.ALL))).containsExactly("ab", "cd", "e");
    assertThat(texts(TWO_BLOCKS.render(chat, 2))).containsExactly("cd", "e");
    assertThat(texts(TWO_BLOCKS.render(chat, 1))).containsExactly("e");
  }

  @Test
  void aMessageThatWritesNoBlockCountsAsOne() {
    Chat chat = Chat.of(List.of(said("", "", "a"), Chat.message("user", "?"), said("", "", "")));
    assertThat(TWO_BLOCKS.render(chat, 1).answers()).isEmpty();
    assertThat(texts(TWO_BLOCKS.render(chat, 2))).containsExactly("a");
  }

  @Test
  void aBlockOfNoKnownMessageIsLearnedOnlyWithAllOthers() {
    String byNumber =
        "{% for i in range(messages | length) if i % 2 %}"
            + "{% generation %}{{ messages[i].content }}{% endgeneration %};{% endfor %}";
    ChatTemplate template = ChatTemplate.parse(byNumber, Map.of());
    assertThat(texts(template.render(CASES.chat("two turns"), Answers.ALL))).hasSize(2);
    assertThat(texts(template.render(CASES.chat("one answer"), Answers.LAST))).hasSize(1);
    assertThatThrownBy(() -> template.render(CASES.chat("two turns"), Answers.LAST))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not known whose answer it is");
  }

  @Test
  void theLastMessagesOfTheAssistantAreCountedFromTheEnd() {
    ChatTemplate chatml = CASES.template("chatml");
    Chat chat = CASES.chat("assistant twice");
    assertThat(texts(chatml.render(chat, 2)))
        .containsExactly("Two.<|im_end|>\n", "Three.<|im_end|>\n");
    assertThat(texts(chatml.render(chat, 9))).hasSize(3);
    assertThat(chatml.render(chat, 0))
        .isEqualTo(new Rendered(chatml.render(chat, false), List.of()));
  }

  @Test
  void anEmptyConversationIsRefused() {
    assertThatThrownBy(() -> CASES.template("chatml").render(Chat.of(List.of()), true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least one message");
  }

  private static List<String> answers(String template, String chat) {
    return texts(CASES.template(template).render(CASES.chat(chat), Answers.ALL));
  }

  private static List<String> texts(Rendered rendered) {
    return rendered.answers().stream()
        .map(span -> rendered.text().substring(span.start(), span.end()))
        .toList();
  }
}
