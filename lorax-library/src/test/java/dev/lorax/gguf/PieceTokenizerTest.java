package dev.lorax.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Merges become scores where these say the same, and are refused where they do not. */
class PieceTokenizerTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void tokensScoreByTheirFirstMerge() {
    JsonNode json = json("a b", "b c", "ab c", "a bc");
    assertThat(PieceTokenizer.serves(json)).isTrue();
    PieceTokenizer found = PieceTokenizer.of(json);
    assertThat(found.scores(new String[] {"a", "ab", "bc", "abc"})).containsExactly(0, 0, -1, -2);
    assertThat(found.spaceFirst()).isTrue();
    assertThat(found.warnings()).isEmpty();
  }

  @Test
  void mergesThatAreLeftOutAreRefused() {
    assertThatThrownBy(() -> PieceTokenizer.of(json("a b", "b c", "ab c")))
        .hasMessageContaining("leaves out 1 of them, such as 'a bc'");
    assertThatThrownBy(() -> PieceTokenizer.of(PreTokenizerTest.json("llama2_bytefallback")))
        .hasMessageContaining("leaves out");
  }

  @Test
  void oneTokenAtSeveralPlacesIsRefused() {
    assertThatThrownBy(() -> PieceTokenizer.of(json("ab c", "a b", "a bc", "b c")))
        .hasMessageContaining("its merges make 'abc' at several places");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "always | false | true",
        "first | false | true",
        "never | false | false",
        "always | true | cuts at spaces"
      })
  void metaspaceSaysWhetherASpaceIsPutFirst(String scheme, boolean split, String wanted) {
    ObjectNode json = json("a b", "b c", "ab c", "a bc");
    json.putObject("pre_tokenizer")
        .put("type", "Metaspace")
        .put("prepend_scheme", scheme)
        .put("split", split);
    if (split) {
      assertThatThrownBy(() -> PieceTokenizer.of(json)).hasMessageContaining(wanted);
    } else {
      assertThat(PieceTokenizer.of(json).spaceFirst()).isEqualTo(Boolean.valueOf(wanted));
    }
  }

  @Test
  void gemmasReplacesSpacesAndPutsNoneFirst() throws IOException {
    ObjectNode json = json("a b", "b c", "ab c", "a bc");
    String replace = "{\"type\":\"Replace\",\"pattern\":{\"String\":\" \"},\"content\":\"▁\"}";
    json.set("normalizer", JSON.readTree(replace));
    String split =
        "{\"type\":\"Split\",\"pattern\":{\"String\":\" \"},\"behavior\":\"MergedWithPrevious\"}";
    json.set("pre_tokenizer", JSON.readTree(split));
    assertThat(PieceTokenizer.of(json).spaceFirst()).isFalse();
    json.set("pre_tokenizer", JSON.readTree(split.replace("\" \"", "\"b\"")));
    assertThatThrownBy(() -> PieceTokenizer.of(json)).hasMessageContaining("pre-tokenizer");
  }

  @Test
  void otherNormalizersAreRefused() throws IOException {
    ObjectNode json = json("a b", "b c", "ab c", "a bc");
    json.set("normalizer", JSON.readTree("{\"type\":\"NFKC\"}"));
    assertThatThrownBy(() -> PieceTokenizer.of(json)).hasMessageContaining("its normalizer");
  }

  /** Tokens a, b, c, ab, bc and abc. */
  private static ObjectNode json(String... merges) {
    ObjectNode json = PreTokenizerTest.json("llama2_bytefallback");
    ObjectNode model = (ObjectNode) json.path("model");
    ObjectNode vocabulary = model.putObject("vocab");
    List.of("a", "b", "c", "ab", "bc", "abc")
        .forEach(token -> vocabulary.put(token, vocabulary.size()));
    ArrayNode list = model.putArray("merges");
    List.of(merges).forEach(list::add);
    return json;
  }
}
