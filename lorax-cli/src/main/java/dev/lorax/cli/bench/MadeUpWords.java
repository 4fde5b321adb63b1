package dev.lorax.cli.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.cli.console.Failure;
import dev.lorax.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A tokenizer for a model that has none: the word of id 17 is {@code w17}. */
final class MadeUpWords {
  private MadeUpWords() {}

  static Tokenizer tokenizer(int size) {
    try {
      Path folder = Files.createTempDirectory("lorax-bench");
      Path file = folder.resolve("tokenizer.json");
      try {
        Files.writeString(file, json(size));
        return Tokenizer.open(folder);
      } finally {
        Files.deleteIfExists(file);
        Files.delete(folder);
      }
    } catch (IOException failed) {
      throw Failure.of("no temporary file can be written (%s)".formatted(failed), failed);
    }
  }

  private static String json(int size) {
    ObjectNode root = new ObjectMapper().createObjectNode().put("version", "1.0");
    root.putArray("added_tokens");
    root.putObject("pre_tokenizer").put("type", "Whitespace");
    ObjectNode model = root.putObject("model").put("type", "WordLevel").put("unk_token", "w0");
    ObjectNode words = model.putObject("vocab");
    for (int id = 0; id < size; id++) {
      words.put("w" + id, id);
    }
    return root.toString();
  }
}
