package dev.lorax.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The tokens that begin, end and pad a sequence, as the files beside tokenizer.json name them. */
record SpecialTokens(OptionalInt bos, OptionalInt eos, OptionalInt pad) {
  private static final Logger LOG = LoggerFactory.getLogger(SpecialTokens.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Where both files name a token, {@code tokenizer_config.json} wins, as in transformers. */
  static SpecialTokens read(Path folder, Vocabulary vocabulary) {
    JsonNode config = tree(folder.resolve("tokenizer_config.json"));
    JsonNode map = tree(folder.resolve("special_tokens_map.json"));
    return new SpecialTokens(
        find("bos_token", config, map, vocabulary),
        find("eos_token", config, map, vocabulary),
        find("pad_token", config, map, vocabulary));
  }

  private static JsonNode tree(Path file) {
    return Files.exists(file)
        ? TokenizerFiles.parsed(file, () -> JSON.readTree(TokenizerFiles.text(file)))
        : MissingNode.getInstance();
  }

  private static OptionalInt find(String key, JsonNode config, JsonNode map, Vocabulary tokens) {
    String token = content(config.path(key));
    if (token == null) {
      token = content(map.path(key));
    }
    if (token == null) {
      return OptionalInt.empty();
    }
    OptionalInt id = tokens.id(token);
    if (id.isEmpty()) {
      LOG.warn(
          "The {} '{}' is not in tokenizer.json, so it has no id: save the tokenizer again with"
              + " transformers' save_pretrained to add it.",
          key,
          token);
    }
    return id;
  }

  /** Either {@code "</s>"} or {@code {"content": "</s>", ...}}. */
  private static String content(JsonNode token) {
    JsonNode text = token.isObject() ? token.path("content") : token;
    return text.isTextual() ? text.asText() : null;
  }
}
