package dev.lorax.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorax.lora.Adapter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GenerationTest {
  private static final int CONTEXT = 64;

  private final TinyModel model = TinyModel.gpt2();

  @AfterEach
  void close() {
    model.close();
  }

  private GenerationBuilder seeded(long seed) {
    return Generation.of(model).seed(seed).maxTokens(40);
  }

  private static Generated rest(Generation generation) {
    StringBuilder text = new StringBuilder();
    try (generation) {
      generation.forEachRemaining(text::append);
      return new Generated(
          text.toString(), generation.ids(), generation.stopReason().orElseThrow());
    }
  }

  @Test
  void anAdapterSpeaks() {
    StringBuilder printed = new StringBuilder();
    try (Adapter adapter = model.adapter();
        Generation text =
            Generation.of(model, adapter).topP(0.8).seed(3).maxTokens(40).prompt("<title>")) {
      text.forEachRemaining(printed::append);
      assertThat(text.ids()).hasSize(40);
    }
    assertThat(printed).isNotEmpty();
    assertThat(rest(Generation.of(model).topP(0.8).seed(3).prompt("<title>")).text())
        .isNotEqualTo(printed.toString());
  }

  @Test
  void piecesTogetherAreTheDecodedIds() {
    for (int seed = 0; seed < 20; seed++) {
      Generated found = rest(seeded(seed).prompt("the trees"));
      assertThat(found.text()).isEqualTo(model.tokenizer().decode(found.ids()));
      assertThat(found.ids()).hasSize(40);
      assertThat(found.reason()).isEqualTo(StopReason.MAX_TOKENS);
    }
  }

  @Test
  void noPieceIsEmptyOrEndsInHalfACharacter() {
    int several = 0;
    for (int seed = 0; seed < 20; seed++) {
      List<String> pieces = new ArrayList<>();
      try (Generation text = seeded(seed).prompt("a")) {
        text.forEachRemaining(pieces::add);
      }
      assertThat(pieces).doesNotContain("");
      assertThat(pieces.subList(0, pieces.size() - 1))
          .noneMatch(piece -> Character.isHighSurrogate(piece.charAt(piece.length() - 1)));
      several += pieces.size();
    }
    assertThat(several).isGreaterThan(20 * 10);
  }

  @Test
  void theSameSeedGivesTheSameText() {
    GenerationBuilder seeded = seeded(5);
    Generated first = rest(seeded.prompt("lorax"));
    assertThat(rest(seeded.prompt("lorax"))).isEqualTo(first);
    assertThat(rest(seeded(6).prompt("lorax"))).isNotEqualTo(first);
  }

  @Test
  void withoutASeedEveryTextIsItsOwn() {
    GenerationBuilder unseeded = Generation.of(model).maxTokens(40);
    assertThat(rest(unseeded.prompt("lorax"))).isNotEqualTo(rest(unseeded.prompt("lorax")));
  }

  @Test
  void aBatchEqualsEachAlone() {
    List<String> prompts = List.of("a", "the lorax speaks for the trees", "<title>", "title: or");
    for (int seed = 0; seed < 5; seed++) {
      List<Generated> together = seeded(seed).stopIds(17, 4, 9).stop("s ").prompts(prompts);
      Sampling sampling = Sampling.builder().seed(seed).build();
      for (int i = 0; i < prompts.size(); i++) {
        GenerationBuilder alone =
            seeded(seed).stopIds(17, 4, 9).stop("s ").sampling(sampling.forSequence(i));
        assertThat(together.get(i)).isEqualTo(rest(alone.prompt(prompts.get(i))));
      }
      assertThat(together.stream().map(text -> text.ids().length).distinct().count())
          .isGreaterThan(1);
    }
  }

  @Test
  void equalPromptsOfABatchDrawDifferently() {
    List<Generated> found = seeded(1).prompts(List.of("lorax", "lorax"));
    assertThat(found.get(0)).isNotEqualTo(found.get(1));
  }

  @Test
  void aBatchOfNothingIsNothing() {
    assertThat(seeded(1).prompts(List.of())).isEmpty();
  }

  @Test
  void anEndTokenEndsTheTextAndIsNotPartOfIt() {
    int[] free = rest(seeded(2).prompt("the")).ids();
    int end = free[7];
    int count = (int) IntStream.of(free).takeWhile(id -> id != end).count();
    try (TinyModel ending = TinyModel.gpt2(end)) {
      GenerationBuilder builder = Generation.of(ending).seed(2).maxTokens(40);
      Generated found = rest(builder.prompt("the"));
      assertThat(found.reason()).isEqualTo(StopReason.END_ID);
      assertThat(found.ids()).isEqualTo(Arrays.copyOf(free, count + 1));
      assertThat(found.text()).isEqualTo(model.tokenizer().decode(Arrays.copyOf(free, count)));
      assertThat(rest(builder.ignoreEnd(true).prompt("the")).ids()).isEqualTo(free);
    }
    assertThat(rest(seeded(2).stopIds(end).ignoreEnd(true).prompt("the")).ids()).hasSize(count + 1);
  }

  @Test
  void aStopStringCutsTheTextThoughSeveralTokensSpellIt() {
    for (int seed = 0; seed < 20; seed++) {
      Generated free = rest(seeded(seed).prompt("the"));
      String stop = free.text().substring(10, 16);
      Generated found = rest(seeded(seed).stop("never", stop).prompt("the"));
      assertThat(found.reason()).isEqualTo(StopReason.STOP_STRING);
      assertThat(found.text()).isEqualTo(free.text().substring(0, free.text().indexOf(stop)));
      assertThat(found.ids()).isEqualTo(Arrays.copyOf(free.ids(), found.ids().length));
      assertThat(found.ids().length).isLessThan(free.ids().length);
    }
  }

  @Test
  void aStopStringThatNeverComesChangesNothing() {
    Generated free = rest(seeded(4).prompt("the"));
    String almost = free.text().substring(free.text().length() - 2) + "x";
    assertThat(rest(seeded(4).stop(almost).prompt("the"))).isEqualTo(free);
  }

  @Test
  void aTextEndsWhereTheContextDoes() {
    Generated found = rest(Generation.of(model).maxTokens(1000).seed(1).prompt("the trees"));
    int prompt = model.tokenizer().encode("the trees").length;
    assertThat(found.reason()).isEqualTo(StopReason.CONTEXT_FULL);
    assertThat(found.ids()).hasSize(CONTEXT - prompt);
  }

  @Test
  void aPromptThatFillsTheContextLeavesNoRoom() {
    Generated found = rest(Generation.of(model).promptIds(new int[CONTEXT]));
    assertThat(found).isEqualTo(new Generated("", new int[0], StopReason.CONTEXT_FULL));
    List<Generated> batch =
        seeded(1).promptIds(List.of(new int[CONTEXT], new int[] {1, 2}, new int[CONTEXT - 1]));
    assertThat(batch.get(0)).isEqualTo(found);
    assertThat(batch.get(1).ids()).hasSize(40);
    assertThat(batch.get(2).ids()).hasSize(1);
  }

  @Test
  void aPromptThatCannotBeReadIsRefusedInOneLine() {
    GenerationBuilder builder = Generation.of(model);
    refuses(
        () -> builder.promptIds(new int[70]),
        "The prompt has 70 tokens, but the model's context holds 64: shorten it by 6.");
    refuses(() -> builder.prompt(""), "The prompt has no token to start from");
    refuses(() -> builder.prompts(List.of("a", "")), "Prompt 2 has no token to start from");
    refuses(
        () -> builder.promptIds(new int[] {1, 97}),
        "The prompt's id 97 is unknown to the model, whose ids go from 0 to 96.");
    refuses(() -> builder.stopIds(-1), "Stop id -1 is unknown to the model");
    refuses(() -> builder.stop("a", ""), "A stop string is empty");
    refuses(() -> builder.maxTokens(0), "The number of tokens to generate must be at least 1");
    refuses(() -> builder.topP(2).prompt("a"), "top_p is 2.0, but must be");
  }

  private static void refuses(Runnable call, String message) {
    assertThatThrownBy(call::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message)
        .hasMessageNotContaining("\n");
  }

  @Test
  void anAdapterOfAnotherModelIsRefusedBeforeAnyPrompt() {
    try (TinyModel llama = new TinyModel(TinyModel.golden("llama-lora-qkv"));
        Adapter adapter = llama.adapter()) {
      assertThatThrownBy(() -> Generation.of(model, adapter))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("is missing");
    }
  }

  @Test
  void aClosedGenerationHasNoMoreText() {
    Generation text = seeded(1).prompt("the");
    text.next();
    text.close();
    text.close();
    assertThat(text.hasNext()).isFalse();
    assertThat(text.stopReason()).isEmpty();
    assertThatThrownBy(text::next).isInstanceOf(NoSuchElementException.class);
  }

  @Test
  void aBatchTellsItsTime() {
    List<Measurement> told = new ArrayList<>();
    seeded(1).onMeasured(told::add).promptIds(List.of(new int[] {1, 2, 3}, new int[] {4}));
    assertThat(told).hasSize(1);
    assertThat(told.get(0).promptTokens()).isEqualTo(4);
    assertThat(told.get(0).firstTokens()).isEqualTo(2);
    assertThat(told.get(0).laterTokens()).isPositive();
    assertThat(told.get(0).decodingTime()).isPositive();
  }

  @Test
  void itCountsTokensAndTime() {
    try (Generation text = seeded(1).promptIds(new int[] {1, 2, 3})) {
      assertThat(text.measurement().generatedTokens()).isZero();
      assertThat(text.measurement().promptTokensPerSecond()).isZero();
      text.forEachRemaining(piece -> {});
      Measurement found = text.measurement();
      assertThat(found.promptTokens()).isEqualTo(3);
      assertThat(found.firstTokens()).isEqualTo(1);
      assertThat(found.generatedTokens()).isEqualTo(40);
      assertThat(found.promptTokensPerSecond()).isPositive();
      assertThat(found.tokensPerSecond())
          .isCloseTo(39 / (found.decodingTime().toNanos() * 1e-9), Offset.offset(1e-3));
    }
  }
}
