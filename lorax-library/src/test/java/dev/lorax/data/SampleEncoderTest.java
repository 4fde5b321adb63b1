package dev.lorax.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorax.chat.Answers;
import dev.lorax.chat.Chat;
import dev.lorax.chat.ChatTemplate;
import dev.lorax.chat.Rendered;
import dev.lorax.chat.Span;
import dev.lorax.text.Tokenizer;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleEncoderTest {
  private static final EncodingOptions LONG = EncodingOptions.limit(1000);
  private static final Sample QUESTION = new Sample.Completion("1 + 1 = ", "2, of course");
  private static final Sample TALK =
      new Sample.Conversation(
          Chat.of(
              List.of(
                  Chat.message("user", "Hello there"),
                  Chat.message("assistant", "Yes? \uD83D\uDE00"),
                  Chat.message("user", "What is 1 + 1"),
                  Chat.message("assistant", "It is 2"))),
          0);

  @TempDir static Path folder;
  private static Tokenizer llama; // adds <|begin_of_text|>; ends with <|endoftext|>
  private static Tokenizer gpt2; // begins, ends and pads with the same token, adds none

  @BeforeAll
  static void open() {
    llama =
        TokenizerFolder.open(
            "llama3_split",
            folder,
            "{\"bos_token\": \"<|begin_of_text|>\", \"eos_token\": \"<|endoftext|>\"}");
    gpt2 =
        TokenizerFolder.open(
            "gpt2_bytelevel",
            folder,
            "{\"bos_token\": \"<|endoftext|>\", \"eos_token\": \"<|endoftext|>\","
                + " \"pad_token\": \"<|endoftext|>\"}");
  }

  @AfterAll
  static void close() {
    llama.close();
    gpt2.close();
  }

  /**
   * Writes {@code <|begin_of_text|>role: content<|endoftext|>…}, on lines of their own, as a
   * template might.
   */
  private static Rendered write(Chat chat, int most) {
    StringBuilder text = new StringBuilder("<|begin_of_text|>");
    List<Span> spans = new ArrayList<>();
    for (Map<String, Object> message : chat.messages()) {
      text.append(message.get("role")).append(":\n");
      int start = text.length();
      text.append(message.get("content")).append("<|endoftext|>");
      if (message.get("role").equals("assistant")) {
        spans.add(new Span(start, text.length()));
      }
      text.append("\n");
    }
    return new Rendered(
        text.toString(), spans.subList(Math.max(0, spans.size() - most), spans.size()));
  }

  private static SampleEncoder encoder(Tokenizer tokenizer, EncodingOptions options) {
    return new SampleEncoder(tokenizer, options, Optional.of(SampleEncoderTest::write));
  }

  private static Example one(SampleEncoder encoder, Sample sample) {
    Encoded encoded = encoder.encode(sample);
    assertThat(encoded.examples()).hasSize(1);
    return encoded.examples().get(0);
  }

  /** The text of what is learned. */
  private static String learned(Tokenizer tokenizer, Example example) {
    int[] ids = new int[example.tokens().length];
    int count = 0;
    for (int i = 0; i < ids.length; i++) {
      if (example.supervised()[i]) {
        ids[count++] = example.tokens()[i];
      }
    }
    return tokenizer.decodeWithSpecials(Arrays.copyOf(ids, count));
  }

  @Test
  void aTextIsLearnedWholeWithItsEnd() {
    Example example = one(encoder(llama, LONG), new Sample.Text("Hello world"));
    assertThat(llama.decodeWithSpecials(example.tokens()))
        .isEqualTo("<|begin_of_text|>Hello world<|endoftext|>");
    assertThat(learned(llama, example)).isEqualTo("Hello world<|endoftext|>");
    Example ended = one(encoder(llama, LONG), new Sample.Text("Hello world<|endoftext|>"));
    assertThat(ended.tokens()).isEqualTo(example.tokens());
  }

  @Test
  void anEndThatAlsoBeginsAndPadsIsLearned() {
    Example example = one(encoder(gpt2, LONG), new Sample.Completion("<|endoftext|>1", "2"));
    assertThat(example.tokens()[0]).isEqualTo(gpt2.padId().orElseThrow());
    assertThat(example.supervised()[0]).isFalse();
    assertThat(learned(gpt2, example)).isEqualTo("2<|endoftext|>");
  }

  @Test
  void aConversationHasNoSpecialTokensButItsOwn() {
    Example last = one(encoder(llama, LONG), TALK);
    assertThat(llama.decodeWithSpecials(last.tokens()))
        .isEqualTo(write(((Sample.Conversation) TALK).chat(), 0).text());
    assertThat(learned(llama, last)).isEqualTo("It is 2<|endoftext|>");
    Example all = one(encoder(llama, LONG.answers(Answers.ALL)), TALK);
    assertThat(learned(llama, all)).isEqualTo("Yes? \uD83D\uDE00<|endoftext|>It is 2<|endoftext|>");
    Example everything = one(encoder(llama, LONG.prompts(true)), TALK);
    assertThat(everything.supervised()).doesNotContain(false);
  }

  @Test
  void ofACompletionInMessagesItsAnswersAloneAreLearned() {
    Chat chat = ((Sample.Conversation) TALK).chat();
    for (Answers answers : Answers.values()) {
      SampleEncoder encoder = encoder(llama, LONG.answers(answers));
      assertThat(learned(llama, one(encoder, new Sample.Conversation(chat, 1))))
          .isEqualTo("It is 2<|endoftext|>");
      assertThat(learned(llama, one(encoder, new Sample.Conversation(chat, 2)))).contains("Yes?");
    }
  }

  @Test
  void answersOfACompletionAreItsMessagesHoweverOftenTheTemplateMarksThem() {
    String thoughtApart =
        "{% for m in messages %}{{ m.role }}:{% if m.role == 'assistant' %}"
            + "{% generation %}({{ loop.index }}){% endgeneration %} so "
            + "{% generation %}{{ m.content }}<|endoftext|>{% endgeneration %}"
            + "{% else %}{{ m.content }}{% endif %}\n{% endfor %}";
    SampleEncoder encoder = encoder(ChatTemplate.parse(thoughtApart, Map.of()), LONG);
    Chat chat = ((Sample.Conversation) TALK).chat();
    assertThat(learned(llama, one(encoder, new Sample.Conversation(chat, 1))))
        .isEqualTo("(4) It is 2<|endoftext|>");
    assertThat(learned(llama, one(encoder, new Sample.Conversation(chat, 2))))
        .isEqualTo("(2)Yes? \uD83D\uDE00<|endoftext|>(4) It is 2<|endoftext|>");
  }

  @Test
  void whereEverythingIsLearnedNoPlaceOfAnAnswerIsProved() {
    ChatTemplate template =
        ChatTemplate.parse(
            "{{ messages | map(attribute='content') | join(messages | length | string) }}",
            Map.of());
    assertThatThrownBy(() -> encoder(template, LONG.answers(Answers.ALL)).encode(TALK))
        .isInstanceOf(Fault.class)
        .hasMessageContaining("cannot be proved");
    Example everything = one(encoder(template, LONG.answers(Answers.ALL).prompts(true)), TALK);
    assertThat(llama.decode(everything.tokens()))
        .isEqualTo("Hello there4Yes? \uD83D\uDE004What is 1 + 14It is 2");
    assertThat(everything.supervised()).doesNotContain(false);
  }

  @Test
  void aSampleEncodedAnotherDayHasTheSameTokens() {
    ChatTemplate dated =
        ChatTemplate.parse("{{ strftime_now('%F') }}{{ messages[1].content }}", Map.of());
    Instant[] now = {Instant.parse("2024-12-31T23:59:59Z")};
    ChatTemplate ticking = dated.at(((InstantSource) () -> now[0]).withZone(ZoneOffset.UTC));
    SampleEncoder encoder = encoder(ticking, LONG.prompts(true));
    Example before = one(encoder, TALK);
    now[0] = now[0].plusSeconds(2);
    assertThat(one(encoder, TALK).tokens()).isEqualTo(before.tokens());
    assertThat(llama.decode(before.tokens())).startsWith("2024-12-31");
    assertThat(llama.decode(one(encoder(ticking, LONG.prompts(true)), TALK).tokens()))
        .startsWith("2025-01-01");
  }

  private static SampleEncoder encoder(ChatTemplate template, EncodingOptions options) {
    return new SampleEncoder(llama, Optional.of(template), options);
  }

  @Test
  void aPromptIsAQuestionOnlyWhereItIsWanted() {
    assertThat(llama.decode(one(encoder(llama, LONG), QUESTION).tokens()))
        .isEqualTo("1 + 1 = 2, of course");
    Example chat = one(encoder(llama, LONG.asChat(true)), QUESTION);
    assertThat(llama.decode(chat.tokens()))
        .isEqualTo("user:\n1 + 1 = \nassistant:\n2, of course\n");
    assertThat(learned(llama, chat)).isEqualTo("2, of course<|endoftext|>");
  }

  @Test
  void anInstructionIsChatWhereThereIsATemplateAndTextOtherwise() {
    Sample sample = new Sample.Instruction("Add", "1 and 1", "2");
    assertThat(llama.decode(one(encoder(llama, LONG), sample).tokens()))
        .isEqualTo("user:\nAdd\n\n1 and 1\nassistant:\n2\n");
    SampleEncoder plain = new SampleEncoder(llama, Optional.empty(), LONG);
    Example example = one(plain, sample);
    assertThat(llama.decode(example.tokens()))
        .isEqualTo("### Instruction:\nAdd\n\n### Input:\n1 and 1\n\n### Response:\n2");
    assertThat(learned(llama, example)).isEqualTo("2<|endoftext|>");
    assertThat(llama.decode(one(plain, new Sample.Instruction("Add", "", "2")).tokens()))
        .isEqualTo("### Instruction:\nAdd\n\n### Response:\n2");
  }

  @Test
  void withoutATemplateAConversationIsOneErrorWithItsRemedy() {
    SampleEncoder plain = new SampleEncoder(llama, Optional.empty(), LONG);
    assertThatThrownBy(() -> plain.encode(TALK))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("no chat template", "name a template file");
    assertThatThrownBy(() -> new SampleEncoder(llama, Optional.empty(), LONG.asChat(true)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("name a template file");
  }

  @Test
  void aLongSampleIsCutAndDroppedIfNothingIsLeft() {
    Example whole = one(encoder(llama, LONG), QUESTION);
    int length = whole.tokens().length;
    Encoded cut = encoder(llama, EncodingOptions.limit(length - 1)).encode(QUESTION);
    assertThat(cut.findings()).containsExactly(Finding.CUT);
    assertThat(cut.examples().get(0).tokens()).isEqualTo(Arrays.copyOf(whole.tokens(), length - 1));
    Encoded nothing = encoder(llama, EncodingOptions.limit(3)).encode(QUESTION);
    assertThat(nothing.examples()).isEmpty();
    assertThat(nothing.findings()).containsExactlyInAnyOrder(Finding.CUT, Finding.NOTHING_LEARNED);
    Encoded fits = encoder(llama, EncodingOptions.limit(length)).encode(QUESTION);
    assertThat(fits.findings()).isEmpty();
    Encoded dropped =
        encoder(llama, EncodingOptions.limit(5).overlong(Overlong.DROP)).encode(QUESTION);
    assertThat(dropped.examples()).isEmpty();
    assertThat(dropped.findings()).containsExactly(Finding.TOO_LONG);
  }

  @Test
  void splittingLearnsEveryTokenOnce() {
    Sample sample = new Sample.Completion("Once upon", " a time there was a tree. ".repeat(9));
    Example whole = one(encoder(llama, LONG), sample);
    for (int limit = 2; limit < whole.tokens().length + 2; limit++) {
      EncodingOptions options = EncodingOptions.limit(limit).overlong(Overlong.SPLIT);
      List<Example> pieces = encoder(llama, options).encode(sample).examples();
      assertThat(pieces.stream().mapToInt(Example::learned).sum()).isEqualTo(whole.learned());
      List<Integer> said = new ArrayList<>();
      for (Example piece : pieces) {
        assertThat(piece.tokens().length).isBetween(2, limit);
        for (int i = 1; i < piece.tokens().length; i++) {
          if (piece.supervised()[i]) {
            said.add(piece.tokens()[i]);
          }
        }
      }
      int[] learned = said.stream().mapToInt(id -> id).toArray();
      assertThat(llama.decodeWithSpecials(learned)).isEqualTo(learned(llama, whole));
    }
  }

  @Test
  void theEndThatCountsIsTheModelsNotTheTokenizers() {
    int end = llama.id("<|begin_of_text|>").orElseThrow();
    int eos = llama.eosId().orElseThrow();
    Sample.Text text = new Sample.Text("Hello");
    assertThat(ending(Set.of(end)).encode(text).findings()).containsExactly(Finding.NO_END);
    assertThat(ending(Set.of(end, eos)).encode(text).findings()).isEmpty();
    assertThat(ending(Set.of()).encode(text).findings()).isEmpty();
    Sample.Completion ended = new Sample.Completion("Hello", "<|begin_of_text|>");
    assertThat(ending(Set.of(end)).encode(ended).findings()).isEmpty();
  }

  private static SampleEncoder ending(Set<Integer> ends) {
    return new SampleEncoder(llama, Optional.empty(), LONG, ends);
  }

  @Test
  void mistakesAreSeen() {
    SampleEncoder encoder = encoder(llama, LONG);
    assertThat(encoder.encode(new Sample.Text("<|begin_of_text|>Hello")).findings())
        .containsExactly(Finding.DOUBLE_BOS);
    assertThat(encoder.encode(QUESTION).findings()).isEmpty();
    SampleEncoder endless =
        new SampleEncoder(
            llama,
            LONG,
            Optional.of((chat, answers) -> new Rendered("a: b", List.of(new Span(3, 4)))));
    assertThat(endless.encode(TALK).findings()).containsExactly(Finding.NO_END);
    SampleEncoder masked =
        new SampleEncoder(
            llama, LONG, Optional.of((chat, answers) -> new Rendered("a: b", List.of())));
    assertThat(masked.encode(TALK).findings())
        .containsExactlyInAnyOrder(Finding.NO_END, Finding.NOTHING_LEARNED);
  }

  @Test
  void aLimitLeavesRoomForOnePrediction() {
    assertThatThrownBy(() -> EncodingOptions.limit(1)).hasMessageContaining("at least 2 tokens");
  }
}
