package dev.lorax.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts and pairs become the ids and types that transformers gives them, cut or whole. */
class TypedIdsTest {
  private static final Path FOLDER = Path.of("src/test/resources/golden/classifiers");

  @ParameterizedTest
  @ValueSource(strings = {"bert-lora", "roberta-lora"})
  void textsAndPairsAreEncodedAsTransformersDoes(String name) throws IOException {
    Path folder = FOLDER.resolve(name);
    JsonNode cases = new ObjectMapper().readTree(folder.resolve("encodings.json").toFile());
    assertThat(cases).hasSize(22);
    for (JsonNode one : cases) {
      Optional<String> second = Optional.ofNullable(one.get("second").textValue());
      try (Tokenizer tokenizer = open(folder, one.get("limit"))) {
        TypedIds found = tokenizer.encodeTyped(one.get("text").textValue(), second);
        assertThat(found.ids()).as(one.toString()).containsExactly(whole(one.get("ids")));
        assertThat(found.types()).as(one.toString()).containsExactly(whole(one.get("types")));
      }
    }
  }

  @Test
  void aLimitWithNoRoomForATextIsRefused() {
    assertThatThrownBy(() -> Tokenizer.open(FOLDER.resolve("bert-lora"), 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("3 tokens have no room for a text beside 3 special ones");
  }

  private static Tokenizer open(Path folder, JsonNode limit) {
    return limit.isNull() ? Tokenizer.open(folder) : Tokenizer.open(folder, limit.intValue());
  }

  private static Integer[] whole(JsonNode array) {
    List<Integer> numbers = new ArrayList<>();
    array.forEach(number -> numbers.add(number.intValue()));
    return numbers.toArray(Integer[]::new);
  }
}
