package dev.lorax.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The tokenizers of the tests, and what transformers does with them. */
final class Tokenizers {
  static final List<String> NAMES =
      List.of("gpt2_bytelevel", "llama2_bytefallback", "llama3_split");
  static final ObjectMapper JSON = new ObjectMapper();

  private Tokenizers() {}

  /** One text and what transformers' tokenizer makes of it. */
  record Case(String text, int[] ids, String decoded, String decodedWithSpecials) {}

  static Path folder(String name) {
    try {
      return Path.of(Tokenizers.class.getResource("/tokenizers/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static List<Case> cases(String name) {
    List<Case> cases = new ArrayList<>();
    for (JsonNode node : tree(folder(name).resolve("cases.json"))) {
      cases.add(
          new Case(
              node.get("text").asText(),
              JSON.convertValue(node.get("ids"), int[].class),
              node.get("decoded").asText(),
              node.get("decoded_with_special").asText()));
    }
    return cases;
  }

  /**
   * The byte-fallback tokenizer as Llama 2 publishes it: its byte tokens are not special, so they
   * show in decoded text.
   */
  static Path withVisibleBytes(Path folder) {
    return changed(
        "llama2_bytefallback",
        folder,
        json -> {
          for (JsonNode token : json.get("added_tokens")) {
            if (token.get("content").asText().startsWith("<0x")) {
              ((ObjectNode) token).put("special", false);
            }
          }
        });
  }

  /** A step that changes a tokenizer.json. */
  interface Change {
    void apply(ObjectNode json);
  }

  static Path changed(String name, Path folder, Change change) {
    ObjectNode json = (ObjectNode) tree(folder(name).resolve("tokenizer.json"));
    change.apply(json);
    return write(folder, "tokenizer.json", json.toString());
  }

  static Path write(Path folder, String file, String text) {
    try {
      Files.writeString(folder.resolve(file), text);
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode tree(Path file) {
    try {
      return JSON.readTree(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
