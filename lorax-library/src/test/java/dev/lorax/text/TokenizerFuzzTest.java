package dev.lorax.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.DamagedJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged tokenizers give one line or tokens, never another exception. */
class TokenizerFuzzTest {
  private static final int CASES = Integer.getInteger("lorax.fuzz", 2000);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tiny",
        "gpt2_bytelevel",
        "llama2_bytefallback",
        "llama3_split",
        "../golden/classifiers/bert-lora"
      })
  void damagedTokenizersAreToldInOneLine(String name) throws IOException {
    Path file = folder.resolve("tokenizer.json");
    Files.copy(Path.of("src/test/resources/tokenizers", name, "tokenizer.json"), file);
    int most = CASES / 5;
    DamagedJson copies =
        new DamagedJson(
            file,
            (2 << 20) + 16 * Files.size(file),
            UncheckedIOException.class,
            IllegalArgumentException.class);
    int read = copies.read(most, this::use);
    assertThat(read).isBetween(most / 40, most);
  }

  @Test
  void damagedNamesOfSpecialTokensAreToldInOneLine() throws IOException {
    Files.copy(
        Path.of("src/test/resources/tokenizers/tiny/tokenizer.json"),
        folder.resolve("tokenizer.json"));
    Path file = folder.resolve("tokenizer_config.json");
    Files.writeString(
        file, "{\"bos_token\":\"a\",\"eos_token\":{\"content\":\"b\",\"lstrip\":false}}");
    int read =
        new DamagedJson(file, 2 << 20, UncheckedIOException.class).read(CASES / 50, this::use);
    assertThat(read).isBetween(CASES / 200, CASES / 50);
  }

  private void use() {
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      int[] ids = tokenizer.encodeWithSpecials("Hello there, naïve 東京!\n 12");
      tokenizer.decode(ids);
      tokenizer.stream();
    }
  }
}
