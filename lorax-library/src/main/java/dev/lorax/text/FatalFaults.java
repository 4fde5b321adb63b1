package dev.lorax.text;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;

/**
 * Faults of a {@code tokenizer.json} that the native side does not tell: it would end the process.
 *
 * <p>The places where tokenizers 0.21 is known to panic on what a file says: decoders, normalizers,
 * processors and byte-pair models.
 */
final class FatalFaults {
  private FatalFaults() {}

  /** Checks a section other than the model. */
  static void check(JsonNode section) throws IOException {
    checkScalar(section);
    checkPart(section);
    for (JsonNode child : section) {
      check(child);
    }
  }

  /** What Jackson reads and Rust does not. */
  private static void checkScalar(JsonNode value) throws IOException {
    if (value.isTextual() && !isWellFormed(value.textValue())) {
      throw new IOException("a text holds half a character");
    }
    if (value.isNumber() && Double.isInfinite(value.doubleValue())) {
      throw new IOException("a number is too large");
    }
  }

  private static boolean isWellFormed(String text) {
    return text.codePoints()
        .noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }

  /** A part may lack its type: the native side then goes by its fields. */
  private static void checkPart(JsonNode part) throws IOException {
    String table = "precompiled_charsmap";
    if (part.has(table) || part.path("type").asText().equals("Precompiled")) {
      PrecompiledMap.check(part.path(table).asText());
    }
    if (part.has("stop") && part.path("stop").asInt(-1) != 0) {
      throw new IOException("a decoder that strips ends of tokens is not supported");
    }
    checkTemplate(part, part.path("single"), false);
    checkTemplate(part, part.path("pair"), true);
  }

  private static void checkTemplate(JsonNode processor, JsonNode pieces, boolean pair)
      throws IOException {
    for (JsonNode piece : pieces) {
      if (!pair && piece.at("/Sequence/id").asText().equals("B")) {
        throw new IOException("the template for one text asks for a second");
      }
      JsonNode special = piece.at("/SpecialToken/id");
      if (special.isTextual() && !processor.path("special_tokens").has(special.textValue())) {
        throw new IOException("the template's token '%s' has no id".formatted(special.asText()));
      }
    }
  }

  /** Checks the ids that a processor adds. */
  static void checkIds(JsonNode processor) throws IOException {
    if (processor.isNumber() && !(processor.doubleValue() < Vocabulary.MOST)) {
      throw new IOException("it adds the id %s, more than any vocabulary has".formatted(processor));
    }
    for (JsonNode child : processor) {
      checkIds(child);
    }
  }

  /**
   * Checks that the second half of every merge begins with the prefix that its tokens are said to
   * have.
   *
   * @param file of a byte-pair model
   */
  static void checkMerges(JsonParser file, String prefix) throws IOException {
    while (file.nextToken() != null) {
      if (file.currentToken() == JsonToken.FIELD_NAME && file.currentName().equals("merges")) {
        file.nextToken();
        JsonNode merges = file.readValueAsTree();
        for (JsonNode merge : merges) {
          String second =
              merge.isArray() ? merge.path(1).asText() : merge.asText().replaceFirst(".* ", "");
          if (!second.startsWith(prefix)) {
            throw new IOException(
                "the merge %s lacks the prefix '%s' of tokens that go on".formatted(merge, prefix));
          }
        }
      }
    }
  }
}
