package dev.lorax.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The chat templates and special tokens of a checkpoint folder. */
final class TemplateFolder {
  private static final List<String> SPECIAL_TOKENS =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final JsonNode config;

  TemplateFolder(Path folder) {
    this.folder = folder;
    this.config = tree("tokenizer_config.json");
  }

  Optional<TemplateChoice> templates() {
    return sources()
        .map(
            found ->
                TemplateChoice.of(
                    "The chat template of " + folder.resolve(found.place()), found.byName()));
  }

  /** The templates' sources by name, and which file has them. */
  record Sources(String place, Map<String, String> byName) {}

  Optional<Sources> sources() {
    return Stream.<Sources>of(
            new Sources("chat_template.jinja", ofFiles()),
            new Sources("tokenizer_config.json", of(config.path("chat_template"))),
            new Sources("chat_template.json", of(tree("chat_template.json").path("chat_template"))))
        .filter(found -> !found.byName().isEmpty())
        .findFirst();
  }

  private Map<String, String> ofFiles() {
    Map<String, String> sources = new TreeMap<>();
    Path file = folder.resolve("chat_template.jinja");
    if (Files.exists(file)) {
      sources.put("default", text(file));
    }
    Path more = folder.resolve("additional_chat_templates");
    if (Files.isDirectory(more)) {
      try (Stream<Path> files = Files.list(more)) {
        files
            .filter(each -> each.toString().endsWith(".jinja"))
            .forEach(each -> sources.put(name(each), text(each)));
      } catch (IOException e) {
        throw unreadable(more, e);
      }
    }
    return sources;
  }

  private static String name(Path file) {
    return file.getFileName().toString().replaceFirst("\\.jinja$", "");
  }

  /** A text, or {@code [{"name": …, "template": …}, …]}, or {@code {name: template, …}}. */
  private static Map<String, String> of(JsonNode node) {
    Map<String, String> sources = new TreeMap<>();
    if (node.isTextual()) {
      sources.put("default", node.asText());
    } else if (node.isObject()) {
      node.properties().forEach(each -> sources.put(each.getKey(), each.getValue().asText()));
    } else {
      node.forEach(each -> sources.put(each.path("name").asText(), each.path("template").asText()));
    }
    return sources;
  }

  /** By the names that templates use. Where both files name one, the config wins. */
  Map<String, Object> specialTokens() {
    JsonNode map = tree("special_tokens_map.json");
    Map<String, Object> tokens = new TreeMap<>();
    for (String name : SPECIAL_TOKENS) {
      token(map.path(name)).ifPresent(token -> tokens.put(name, token));
      token(config.path(name)).ifPresent(token -> tokens.put(name, token));
    }
    return tokens;
  }

  /** Either {@code "</s>"} or {@code {"content": "</s>", …}}. */
  private static Optional<String> token(JsonNode node) {
    JsonNode text = node.isObject() ? node.path("content") : node;
    return text.isTextual() ? Optional.of(text.asText()) : Optional.empty();
  }

  private JsonNode tree(String name) {
    Path file = folder.resolve(name);
    if (!Files.exists(file)) {
      return MissingNode.getInstance();
    }
    try {
      return JSON.readTree(text(file));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "%s, line %d is no JSON: fetch the file again, it may be half a download."
              .formatted(file, e.getLocation().getLineNr()),
          e);
    }
  }

  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static IllegalArgumentException unreadable(Path file, IOException e) {
    if (e instanceof NoSuchFileException) {
      return new IllegalArgumentException(
          file + ": no such file; give a chat template in Jinja", e);
    }
    String why = e instanceof CharacterCodingException ? "it is not in UTF-8" : e.getMessage();
    return new IllegalArgumentException(
        "Cannot read %s (%s): it must be a readable file in UTF-8".formatted(file, why), e);
  }
}
