package dev.lorax.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorax.text.Encoding;
import dev.lorax.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Places and masks are those of transformers; {@code docs/interop/answer_masks.py} makes them. */
class AnswerMasksTest {
  private static final EncodingOptions LONG = EncodingOptions.limit(10_000);

  private static JsonNode fixtures() throws IOException {
    return new ObjectMapper().readTree(TokenizerFolder.resource("data/answer_masks.json").toFile());
  }

  private static Tokenizer open(String name, Path folder) throws IOException {
    String end = fixtures().get(name).get("end").asText();
    return TokenizerFolder.open(name, folder, "{\"eos_token\": \"%s\"}".formatted(end));
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2_bytelevel", "llama2_bytefallback", "llama3_split"})
  void tokensStandWhereTransformersSeesThem(String name, @TempDir Path folder) throws IOException {
    try (Tokenizer tokenizer = open(name, folder)) {
      for (JsonNode each : fixtures().get(name).get("cases")) {
        String text = each.get("prompt").asText() + each.get("completion").asText();
        Encoding encoding = tokenizer.encodeWithPlaces(text, true);
        List<String> places = new ArrayList<>();
        for (int i = 0; i < encoding.ids().length; i++) {
          places.add("[%d,%d]".formatted(encoding.starts()[i], encoding.ends()[i]));
        }
        List<String> expected = new ArrayList<>();
        each.get("places").forEach(place -> expected.add(place.toString()));
        assertThat(places).as(text).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2_bytelevel", "llama2_bytefallback", "llama3_split"})
  void whatHoldsACharacterOfTheCompletionIsLearned(String name, @TempDir Path folder)
      throws IOException {
    try (Tokenizer tokenizer = open(name, folder)) {
      SampleEncoder encoder = new SampleEncoder(tokenizer, Optional.empty(), LONG);
      for (JsonNode each : fixtures().get(name).get("cases")) {
        Example example = encoded(encoder, each);
        assertThat(example.tokens())
            .isEqualTo(
                IntStream.range(0, each.get("ids").size())
                    .map(i -> each.get("ids").get(i).asInt())
                    .toArray());
        assertThat(example.supervised())
            .as(each.get("prompt") + " + " + each.get("completion"))
            .isEqualTo(mask(each.get("by_character")));
      }
    }
  }

  /**
   * TRL counts the tokens of the prompt alone. The rules differ where a token straddles the border:
   * ours learns it, since it begins the answer; and TRL's count may be off by what the prompt's
   * last characters become alone.
   */
  @Test
  void rulesDifferOnlyWhereATokenStraddlesTheBorder(@TempDir Path folder) throws IOException {
    int differing = 0;
    for (String name : List.of("gpt2_bytelevel", "llama2_bytefallback", "llama3_split")) {
      try (Tokenizer tokenizer = open(name, folder)) {
        for (JsonNode each : fixtures().get(name).get("cases")) {
          boolean differs = !each.get("by_character").equals(each.get("by_prompt_length"));
          differing += differs ? 1 : 0;
          assertThat(differs).as(name + each).isEqualTo(straddled(tokenizer, each));
        }
      }
    }
    assertThat(differing).isPositive();
  }

  private static boolean straddled(Tokenizer tokenizer, JsonNode each) {
    String prompt = each.get("prompt").asText();
    int[] alone = tokenizer.encodeWithSpecials(prompt);
    int[] whole = tokenizer.encodeWithSpecials(prompt + each.get("completion").asText());
    return IntStream.range(0, alone.length).anyMatch(i -> alone[i] != whole[i]);
  }

  private static Example encoded(SampleEncoder encoder, JsonNode each) {
    Sample sample =
        new Sample.Completion(each.get("prompt").asText(), each.get("completion").asText());
    return encoder.encode(sample).examples().get(0);
  }

  private static boolean[] mask(JsonNode marks) {
    boolean[] mask = new boolean[marks.size()];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = marks.get(i).asInt() == 1;
    }
    return mask;
  }
}
