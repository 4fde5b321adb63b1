package dev.lorax.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * What {@code tokenizer.json} says about single tokens: their text, id, and whether they are
 * special.
 *
 * <p>Read as a stream: the merges of a large tokenizer are half a million strings that only the
 * native side needs.
 */
final class Vocabulary {
  /** Goes no deeper than the native side, which ends the process where it can go no further. */
  private static final JsonFactory JSON =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(100).build())
                  .build())
          .getFactory();

  /** Ids take memory by their size; the largest vocabularies have a quarter of a million. */
  static final long MOST = 1L << 22;

  private static final Pattern BYTE = Pattern.compile("<0x[0-9A-Fa-f]{2}>");

  private final Map<String, Integer> ids = new HashMap<>();
  private final BitSet known = new BitSet();
  private final BitSet special = new BitSet();
  private final BitSet bytes = new BitSet();
  private String prefix = ""; // of tokens that go on within a word
  private boolean byteFallback;

  private Vocabulary() {}

  static Vocabulary read(String json) throws IOException {
    Vocabulary vocabulary = new Vocabulary();
    try (JsonParser parser = JSON.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("it is not a JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        vocabulary.section(parser, parser.currentName());
      }
    }
    if (!vocabulary.prefix.isEmpty()) {
      try (JsonParser again = JSON.createParser(json)) {
        FatalFaults.checkMerges(again, vocabulary.prefix);
      }
    }
    return vocabulary;
  }

  private void section(JsonParser parser, String name) throws IOException {
    JsonToken value = parser.nextToken();
    if (name.equals("model") && value == JsonToken.START_OBJECT) {
      model(parser);
    } else if (name.equals("added_tokens")) {
      JsonNode tokens = parser.readValueAsTree();
      for (JsonNode token : tokens) {
        added(token);
      }
    } else {
      JsonNode section = parser.readValueAsTree();
      FatalFaults.check(section);
      if (name.equals("post_processor")) {
        FatalFaults.checkIds(section);
      } else if (name.equals("decoder")) {
        byteFallback = section.findValuesAsText("type").contains("ByteFallback");
      }
    }
  }

  private void model(JsonParser parser) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken value = parser.nextToken();
      if (name.equals("continuing_subword_prefix") && value == JsonToken.VALUE_STRING) {
        prefix = parser.getText();
      } else if (!name.equals("vocab")) {
        parser.skipChildren();
      } else if (value == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String token = parser.currentName();
          put(token, parser.nextLongValue(-1));
        }
      } else if (value == JsonToken.START_ARRAY) {
        // Unigram: [[token, score], ...]; the id is the position.
        JsonNode pairs = parser.readValueAsTree();
        for (int id = 0; id < pairs.size(); id++) {
          put(pairs.get(id).path(0).asText(), id);
        }
      }
    }
  }

  private void added(JsonNode token) throws IOException {
    JsonNode number = token.path("id");
    long id = number.canConvertToLong() ? number.longValue() : MOST;
    put(token.path("content").asText(), number.isIntegralNumber() ? id : -1);
    if (number.isIntegralNumber() && id >= 0 && token.path("special").asBoolean()) {
      special.set((int) id);
    }
  }

  /** What has no number for an id is left to the native side, which refuses it. */
  private void put(String token, long number) throws IOException {
    if (number < 0) {
      return;
    }
    if (number >= MOST) {
      throw new IOException(
          "the id of '%s' is %d, more than any vocabulary has".formatted(token, number));
    }
    int id = (int) number;
    ids.put(token, id);
    known.set(id);
    bytes.set(id, BYTE.matcher(token).matches());
  }

  /** The largest id + 1. */
  int size() {
    return known.length();
  }

  OptionalInt id(String token) {
    Integer id = ids.get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** Whether decoding without specials leaves this id out. */
  boolean isSkipped(int id) {
    return id < 0 || !known.get(id) || special.get(id);
  }

  /** Whether the id stands for one byte, whose meaning waits for the end of a run of such ids. */
  boolean isByte(int id) {
    return byteFallback && bytes.get(id);
  }
}
