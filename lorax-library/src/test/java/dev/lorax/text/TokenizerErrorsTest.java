package dev.lorax.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each error is one line that says what is wrong, where, and what to do. */
class TokenizerErrorsTest {
  @TempDir Path folder;

  @Test
  void aFolderWithoutTokenizerNamesTheFilesToFetch() {
    opening(UncheckedIOException.class)
        .hasMessageStartingWith("No tokenizer.json in " + folder + ": fetch tokenizer.json")
        .hasMessageContaining("save_pretrained");
  }

  @Test
  void aMissingFolderIsNamed() {
    assertThatThrownBy(() -> Tokenizer.open(folder.resolve("nowhere")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage(
            folder.resolve("nowhere")
                + " is not a folder: give the folder that holds tokenizer.json.");
  }

  @Test
  void brokenJsonIsNamedWithItsLine() {
    Tokenizers.write(folder, "tokenizer.json", "{\"version\": \"1.0\",\n \"model\": {\"vocab\": {");
    opening(UncheckedIOException.class)
        .hasMessageStartingWith(folder.resolve("tokenizer.json") + ", line 2 is broken (")
        .hasMessageContaining("fetch the file again");
  }

  @Test
  void anEmptyFileIsBroken() {
    Tokenizers.write(folder, "tokenizer.json", "");
    opening(UncheckedIOException.class)
        .hasMessageContaining("tokenizer.json is broken (it is not a JSON object)");
  }

  @Test
  void aBrokenConfigurationIsNamed() {
    Tokenizers.changed("gpt2_bytelevel", folder, json -> {});
    Tokenizers.write(folder, "tokenizer_config.json", "{\"bos_token\": ");
    opening(UncheckedIOException.class).hasMessageContaining("tokenizer_config.json, line 1 is");
  }

  @Test
  void jsonThatIsNoTokenizerIsNamed() {
    Tokenizers.write(folder, "tokenizer.json", "{\"model\": {\"type\": \"BPE\"}}");
    opening(IllegalArgumentException.class)
        .hasMessageStartingWith(
            folder.resolve("tokenizer.json") + " describes no tokenizer that this version can run")
        .hasMessageContaining("save it again");
  }

  @Test
  void aTextThatCannotBeEncodedIsTold() {
    Tokenizers.changed(
        "tiny", folder, json -> ((ObjectNode) json.get("model")).put("unk_token", "missing"));
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      assertThatThrownBy(() -> tokenizer.encode("\u6771"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith(folder.resolve("tokenizer.json") + " cannot encode this text");
    }
  }

  private AbstractThrowableAssert<?, ? extends Throwable> opening(Class<?> type) {
    return assertThatThrownBy(() -> Tokenizer.open(folder))
        .isInstanceOf(type)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
  }
}
