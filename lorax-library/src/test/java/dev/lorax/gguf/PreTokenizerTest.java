package dev.lorax.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tokenizers go by the name under which llama.cpp cuts texts alike, or are refused. */
class PreTokenizerTest {
  static final Path TOKENIZERS = Path.of("src/test/resources/tokenizers");
  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest
  @CsvSource({"gpt2_bytelevel, gpt-2", "llama3_split, llama-bpe", "tiny, gpt-2"})
  void knownOnesAreNamed(String folder, String name) {
    assertThat(PreTokenizer.name(json(folder))).isEqualTo(name);
    assertThat(PreTokenizer.warning(json(folder))).isEmpty();
  }

  @Test
  void llama3sRuleWithoutWholeWordsHasAnotherName() {
    ObjectNode json = json("llama3_split");
    ((ObjectNode) json.path("model")).put("ignore_merges", false);
    assertThat(PreTokenizer.name(json)).isEqualTo("smaug-bpe");
  }

  @Test
  void singleDigitsAreQwens() throws IOException {
    ObjectNode json =
        (ObjectNode) JSON.readTree(json("llama3_split").toString().replace("{1,3}", ""));
    assertThatThrownBy(() -> PreTokenizer.name(json)).hasMessageContaining("ignore_merges");
    ((ObjectNode) json.path("model")).put("ignore_merges", false);
    json.putObject("normalizer").put("type", "NFC");
    assertThat(PreTokenizer.name(json)).isEqualTo("qwen2");
    assertThat(PreTokenizer.warning(json)).get().asString().contains("NFC");
  }

  @Test
  void digitsBeforeGpt2sRuleAreSmolLms() throws IOException {
    ObjectNode json = json("gpt2_bytelevel");
    JsonNode steps =
        JSON.readTree(
            "[{\"type\":\"Digits\",\"individual_digits\":true},%s]"
                .formatted(json.path("pre_tokenizer")));
    json.putObject("pre_tokenizer").put("type", "Sequence").set("pretokenizers", steps);
    assertThat(PreTokenizer.name(json)).isEqualTo("smollm");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "pre_tokenizer | {'type':'ByteLevel','add_prefix_space':true} | known are those of",
        "pre_tokenizer | {'type':'Whitespace'} | known are those of",
        "normalizer | {'type':'Lowercase'} | normalises texts (Lowercase)",
        "model | {'type':'Unigram'} | its tokenizer is Unigram",
        "model | {'type':'BPE','end_of_word_suffix':'</w>'} | has no end_of_word_suffix"
      })
  void othersAreRefusedByName(String field, String value, String why) throws IOException {
    ObjectNode json = json("gpt2_bytelevel");
    json.set(field, JSON.readTree(value.replace('\'', '"')));
    assertThatThrownBy(() -> PreTokenizer.name(json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }

  static ObjectNode json(String folder) {
    try {
      return (ObjectNode)
          JSON.readTree(TOKENIZERS.resolve(folder).resolve("tokenizer.json").toFile());
    } catch (IOException failed) {
      throw new AssertionError(failed);
    }
  }
}
