package dev.lorax.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class TokenizerTest {
  static final List<String> NAMES = Tokenizers.NAMES;

  @ParameterizedTest
  @FieldSource("NAMES")
  void idsAndTextsAreThoseOfTransformers(String name) {
    List<Tokenizers.Case> cases = Tokenizers.cases(name);
    assertThat(cases).hasSizeGreaterThan(10);
    try (Tokenizer tokenizer = Tokenizer.open(Tokenizers.folder(name))) {
      for (Tokenizers.Case each : cases) {
        assertThat(tokenizer.encodeWithSpecials(each.text())).as(each.text()).isEqualTo(each.ids());
        assertThat(tokenizer.decode(each.ids())).as(each.text()).isEqualTo(each.decoded());
        assertThat(tokenizer.decodeWithSpecials(each.ids()))
            .as(each.text())
            .isEqualTo(each.decodedWithSpecials());
      }
    }
  }

  @Test
  void plainEncodingAddsNoSpecialsButReadsThoseInTheText() {
    try (Tokenizer llama = Tokenizer.open(Tokenizers.folder("llama3_split"))) {
      assertThat(llama.encode("Hello world")).containsExactly(41, 270, 388, 283, 262, 553);
      assertThat(llama.encode("<|begin_of_text|>H<|endoftext|>")).containsExactly(0, 41, 1);
      assertThat(llama.encode("")).isEmpty();
    }
  }

  @Test
  void longTextsAreNotTruncatedEvenWhereTheFileAsksForIt(@TempDir Path folder) {
    Tokenizers.changed(
        "gpt2_bytelevel",
        folder,
        json -> {
          ObjectNode truncation = json.putObject("truncation");
          truncation.put("direction", "Right").put("max_length", 8);
          truncation.put("strategy", "LongestFirst").put("stride", 0);
          ObjectNode padding = json.putObject("padding");
          padding.putObject("strategy").put("Fixed", 32);
          padding.put("direction", "Right").putNull("pad_to_multiple_of");
          padding.put("pad_id", 0).put("pad_type_id", 0).put("pad_token", "<|endoftext|>");
        });
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      assertThat(tokenizer.encodeWithSpecials("1 2")).hasSizeLessThan(8);
      assertThat(tokenizer.encodeWithSpecials("1, 2. ".repeat(2000))).hasSizeGreaterThan(6000);
      assertThat(tokenizer.encode("1, 2. ".repeat(2000))).hasSizeGreaterThan(6000);
    }
  }

  @Test
  void sizeIsTheLargestIdPlusOne(@TempDir Path folder) {
    try (Tokenizer gpt2 = Tokenizer.open(Tokenizers.folder("gpt2_bytelevel"))) {
      assertThat(gpt2.size()).isEqualTo(1000);
      assertThat(gpt2.id("<|endoftext|>")).hasValue(0);
      assertThat(gpt2.id("no such token")).isEmpty();
    }
    Tokenizers.changed(
        "gpt2_bytelevel",
        folder,
        json ->
            json.withArray("added_tokens")
                .addObject()
                .put("id", 1000)
                .put("content", "<|im_end|>")
                .put("single_word", false)
                .put("lstrip", false)
                .put("rstrip", false)
                .put("normalized", false)
                .put("special", true));
    try (Tokenizer grown = Tokenizer.open(folder)) {
      assertThat(grown.size()).isEqualTo(1001);
      assertThat(grown.encode("<|im_end|>")).containsExactly(1000);
      assertThat(grown.id("<|im_end|>")).hasValue(1000);
    }
  }

  @Test
  void beginEndAndPadTokensAreReadAsStringsOrAsObjects(@TempDir Path folder) {
    Tokenizers.changed("llama2_bytefallback", folder, json -> {});
    Tokenizers.write(
        folder,
        "tokenizer_config.json",
        "{\"bos_token\": {\"content\": \"<s>\"}, \"eos_token\": \"</s>\", \"pad_token\": null}");
    Tokenizers.write(
        folder, "special_tokens_map.json", "{\"eos_token\": \"<s>\", \"pad_token\": \"<unk>\"}");
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      assertThat(tokenizer.bosId()).hasValue(1);
      assertThat(tokenizer.eosId()).hasValue(2);
      assertThat(tokenizer.padId()).hasValue(0);
    }
  }

  @Test
  void withoutAConfigurationThereAreNoBeginEndAndPadTokens() {
    try (Tokenizer tokenizer = Tokenizer.open(Tokenizers.folder("gpt2_bytelevel"))) {
      assertThat(List.of(tokenizer.bosId(), tokenizer.eosId(), tokenizer.padId()))
          .containsOnly(OptionalInt.empty());
    }
  }

  @Test
  void aTokenOfTheConfigurationThatHasNoIdIsAbsent(@TempDir Path folder) {
    Tokenizers.changed("gpt2_bytelevel", folder, json -> {});
    Tokenizers.write(folder, "tokenizer_config.json", "{\"pad_token\": \"[PAD]\"}");
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      assertThat(tokenizer.padId()).isEmpty();
    }
  }

  @Test
  void zeroCharactersAndHalvesOfSurrogatePairsDoNotGarbleTheText() {
    try (Tokenizer tokenizer = Tokenizer.open(Tokenizers.folder("gpt2_bytelevel"))) {
      String zero = "a\0🦙b";
      assertThat(tokenizer.decode(tokenizer.encode(zero))).isEqualTo(zero);
      String halves = "🦙\uD83E x \uDD99é";
      assertThat(tokenizer.decode(tokenizer.encode(halves))).isEqualTo("🦙\uFFFD x \uFFFDé");
    }
  }

  @Test
  void spacesBeforePunctuationStayAsTheyAre(@TempDir Path folder) {
    Tokenizers.changed("gpt2_bytelevel", folder, json -> {});
    Tokenizers.write(folder, "tokenizer_config.json", "{\"clean_up_tokenization_spaces\": true}");
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      String text = "Is it so ? It is n't , he said .";
      assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
    }
  }

  @Test
  void idsOutsideTheVocabularyHaveNoText() {
    try (Tokenizer tokenizer = Tokenizer.open(Tokenizers.folder("gpt2_bytelevel"))) {
      assertThat(tokenizer.decode(new int[] {40, 5000, -1, 269})).isEqualTo("Hel");
    }
  }

  @Test
  void severalThreadsMayEncodeAtOnce() {
    try (Tokenizer tokenizer = Tokenizer.open(Tokenizers.folder("llama3_split"))) {
      String text = "Unless someone like you 🦙 ".repeat(20);
      int[] alone = tokenizer.encode(text);
      assertThat(IntStream.range(0, 400).parallel().mapToObj(i -> tokenizer.encode(text)))
          .allSatisfy(ids -> assertThat(ids).isEqualTo(alone));
    }
  }

  @Test
  void aClosedTokenizerSaysSo() {
    Tokenizer tokenizer = Tokenizer.open(Tokenizers.folder("gpt2_bytelevel"));
    tokenizer.close();
    tokenizer.close();
    assertThatThrownBy(() -> tokenizer.encode("x"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The tokenizer is closed: open the folder again.");
    assertThatThrownBy(() -> tokenizer.decode(new int[] {1}))
        .isInstanceOf(IllegalStateException.class);
  }
}
