package dev.lorax.data;

import dev.lorax.text.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The tokenizers of the tests, with an end-of-sequence token. */
final class TokenizerFolder {
  private TokenizerFolder() {}

  static Path resource(String name) {
    try {
      return Path.of(TokenizerFolder.class.getResource("/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** One of them, with that {@code tokenizer_config.json}. */
  static Tokenizer open(String name, Path folder, String config) {
    try {
      Path copy = Files.createTempDirectory(folder, name);
      Files.copy(
          resource("tokenizers/" + name).resolve("tokenizer.json"), copy.resolve("tokenizer.json"));
      Files.writeString(copy.resolve("tokenizer_config.json"), config);
      return Tokenizer.open(copy);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
