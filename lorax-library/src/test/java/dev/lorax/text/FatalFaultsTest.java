package dev.lorax.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What would end the process in the native side is refused before. */
class FatalFaultsTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "decoder | {'type': 'Strip', 'content': ' ', 'start': 0, 'stop': 3} | strips ends",
        "decoder | {'type': 'Fuse', 'more': '\\ud800'} | half a character",
        "decoder | {'type': 'Fuse', 'more': 1e999} | too large",
        "post_processor | {'type': 'BertProcessing', 'sep': ['a', 1], 'cls': ['b', 4294967295]} | adds",
        "normalizer | {'type': 'Precompiled', 'precompiled_charsmap': 'AAA'} | is damaged",
        "normalizer | {'type': 'Precompiled'} | is damaged",
        "post_processor | {'type': 'TemplateProcessing', 'pair': [], 'special_tokens': {}, 'single':"
            + " [{'Sequence': {'id': 'B', 'type_id': 0}}]} | asks for a second",
        "post_processor | {'pair': [], 'special_tokens': {}, 'single':"
            + " [{'SpecialToken': {'id': '<s>', 'type_id': 0}}]} | '<s>' has no id"
      })
  void partsOfATokenizerAreRefused(String section, String value, String fault) {
    RawValue part = new RawValue(value.replace('\'', '"'));
    Tokenizers.changed("tiny", folder, json -> json.putRawValue(section, part));
    requireRefused(fault);
  }

  @Test
  void nestingThatTheNativeSideGivesUpOnIsRefused() {
    String deep = "[".repeat(120) + "]".repeat(120);
    Tokenizers.changed("tiny", folder, json -> json.putRawValue("decoder", new RawValue(deep)));
    requireRefused("nesting depth");
  }

  @Test
  void mergesMustGoOnWithThePrefix() {
    Tokenizers.changed("tiny", folder, json -> model(json).put("continuing_subword_prefix", "##"));
    requireRefused("lacks the prefix '##'");
  }

  @Test
  void idsThatNoVocabularyHasAreRefused() {
    Tokenizers.changed(
        "tiny", folder, json -> ((ObjectNode) json.at("/added_tokens/0")).put("id", 1 << 30));
    requireRefused("the id of '<|endoftext|>' is 1073741824, more than any vocabulary has");
  }

  /** A table that maps the byte a to the text at a place. */
  private static String table(int offset, int place) {
    ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * 512 + 2).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(4 * 512);
    bytes.putInt(4, 256 << 10); // the root: its children are at 256 ^ label
    bytes.putInt(4 + 4 * ((256 ^ 'a' ^ offset) % 512), place);
    bytes.putInt(4 + 4 * (256 ^ 'a'), offset << 10 | 1 << 8 | 'a');
    bytes.put(4 + 4 * 512, (byte) 'b');
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  private void normalize(String table) {
    Tokenizers.changed(
        "tiny",
        folder,
        json ->
            json.putObject("normalizer")
                .put("type", "Precompiled")
                .put("precompiled_charsmap", table));
  }

  @Test
  void aTableOfNormalisationsIsReadWhereEveryLookUpStaysInside() {
    normalize(table(1, 0));
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      assertThat(tokenizer.decode(tokenizer.encode("cab"))).isEqualTo("cbb");
    }
    normalize(table(1, 3));
    requireRefused("precompiled_charsmap is damaged");
    normalize(table(1 << 10, 0));
    requireRefused("precompiled_charsmap is damaged");
  }

  private static ObjectNode model(JsonNode json) {
    return (ObjectNode) json.path("model");
  }

  private void requireRefused(String fault) {
    assertThatThrownBy(() -> Tokenizer.open(folder))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(fault)
        .hasMessageStartingWith(folder.resolve("tokenizer.json").toString());
  }
}
