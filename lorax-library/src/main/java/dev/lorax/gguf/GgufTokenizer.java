package dev.lorax.gguf;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** A checkpoint's tokenizer as llama.cpp's metadata says it. */
final class GgufTokenizer {
  private static final String PREFIX = "tokenizer.ggml.";
  private static final String NO_END =
      "the model names no token that ends a text: llama.cpp ends it at number %d";
  private static final Pattern BYTES = Pattern.compile("<0x[0-9A-F]{2}>");
  private static final int NORMAL = 1;
  private static final int UNKNOWN = 2;
  private static final int CONTROL = 3;
  private static final int USER_DEFINED = 4;
  private static final int UNUSED = 5;
  private static final int BYTE = 6;

  private final Path file;
  private final JsonNode json;
  private final Tokenizer tokenizer;
  private final Map<String, GgufValue> values = new LinkedHashMap<>();
  private final List<String> warnings = new ArrayList<>();

  private GgufTokenizer(Path file, JsonNode json, Tokenizer tokenizer) {
    this.file = file;
    this.json = json;
    this.tokenizer = tokenizer;
  }

  /**
   * That of a checkpoint, with as many tokens as its embedding has rows.
   *
   * @throws CheckpointException if llama.cpp would cut texts otherwise (named)
   */
  static GgufTokenizer of(Checkpoint base) {
    Tokenizer tokenizer = base.tokenizer();
    Path file = base.folder().resolve("tokenizer.json");
    GgufTokenizer found = new GgufTokenizer(file, tree(file), tokenizer);
    found.write(base);
    return found;
  }

  private static JsonNode tree(Path file) {
    try {
      return new ObjectMapper().readTree(Files.readString(file));
    } catch (JsonProcessingException broken) {
      throw new CheckpointException(file, "not JSON: " + broken.getOriginalMessage(), broken);
    } catch (IOException failed) {
      throw new CheckpointException(file, "cannot be read: " + failed.getMessage(), failed);
    }
  }

  Map<String, GgufValue> values() {
    return values;
  }

  List<String> warnings() {
    return warnings;
  }

  private void put(String key, GgufValue value) {
    values.put(PREFIX + key, value);
  }

  private void write(Checkpoint base) {
    try {
      String[] tokens = new String[base.architecture().vocabulary()];
      int[] kinds = new int[tokens.length];
      vocabulary(tokens, kinds);
      if (PieceTokenizer.serves(json)) {
        PieceTokenizer pieces = PieceTokenizer.of(json);
        put("model", GgufValue.of("llama"));
        put("scores", GgufValue.of(pieces.scores(tokens)));
        put("add_space_prefix", GgufValue.of(pieces.spaceFirst()));
        warnings.addAll(pieces.warnings());
      } else {
        put("model", GgufValue.of("gpt2"));
        put("pre", GgufValue.of(PreTokenizer.name(json)));
        put("merges", GgufValue.of(merges(json)));
        PreTokenizer.warning(json).ifPresent(warnings::add);
      }
      put("tokens", GgufValue.of(Arrays.asList(tokens)));
      put("token_type", GgufValue.of(kinds));
      ends(base);
    } catch (IllegalArgumentException unfit) {
      throw new CheckpointException(file, "cannot be written as GGUF: " + unfit.getMessage());
    }
  }

  /** Where an embedding has more rows than there are tokens, the rest are unused. */
  private void vocabulary(String[] tokens, int[] kinds) {
    Arrays.fill(kinds, UNUSED);
    boolean pieces = PieceTokenizer.serves(json);
    JsonNode model = json.path("model");
    for (Map.Entry<String, JsonNode> entry : model.path("vocab").properties()) {
      int id = entry.getValue().asInt();
      tokens[id] = entry.getKey();
      kinds[id] = pieces && BYTES.matcher(tokens[id]).matches() ? BYTE : NORMAL;
    }
    for (JsonNode added : json.path("added_tokens")) {
      int id = added.path("id").asInt();
      tokens[id] = added.path("content").asText();
      if (kinds[id] != BYTE) {
        kinds[id] = added.path("special").asBoolean() ? CONTROL : USER_DEFINED;
      }
    }
    if (pieces) {
      tokenizer.id(model.path("unk_token").asText("")).ifPresent(id -> kinds[id] = UNKNOWN);
    }
    for (int id = 0; id < tokens.length; id++) {
      tokens[id] = tokens[id] == null ? "[PAD%d]".formatted(id) : tokens[id];
    }
  }

  /** Each as two tokens with a space between. */
  static List<String> merges(JsonNode json) {
    List<String> merges = new ArrayList<>();
    for (JsonNode merge : json.path("model").path("merges")) {
      merges.add(
          merge.isArray() ? merge.path(0).asText() + " " + merge.path(1).asText() : merge.asText());
    }
    return merges;
  }

  /** The tokens that begin and end a text, and whether the tokenizer itself puts them there. */
  private void ends(Checkpoint base) {
    OptionalInt bos = tokenizer.bosId();
    int[] stops = base.endIds().stream().mapToInt(id -> id).toArray();
    OptionalInt eos = tokenizer.eosId().isPresent() ? tokenizer.eosId() : first(stops);
    bos.ifPresent(id -> put("bos_token_id", GgufValue.of(id)));
    eos.ifPresentOrElse(
        id -> put("eos_token_id", GgufValue.of(id)),
        () -> warnings.add(NO_END.formatted(PieceTokenizer.serves(json) ? 2 : 11)));
    first(Arrays.stream(stops).filter(id -> id != eos.orElse(-1)).toArray())
        .ifPresent(id -> put("eot_token_id", GgufValue.of(id)));
    tokenizer.padId().ifPresent(id -> put("padding_token_id", GgufValue.of(id)));
    tokenizer
        .id(json.path("model").path("unk_token").asText(""))
        .ifPresent(id -> put("unknown_token_id", GgufValue.of(id)));
    int[] plain = tokenizer.encode("a");
    int[] whole = tokenizer.encodeWithSpecials("a");
    int more = whole.length - plain.length;
    boolean begins = more > 0 && whole[0] == bos.orElse(-1);
    more -= begins ? 1 : 0;
    boolean ends = more > 0 && whole[whole.length - 1] == eos.orElse(-1);
    more -= ends ? 1 : 0;
    put("add_bos_token", GgufValue.of(begins));
    put("add_eos_token", GgufValue.of(ends));
    if (more != 0) {
      warnings.add(
          "the tokenizer puts tokens around a text that llama.cpp will not put there: %s"
              .formatted(tokenizer.decodeWithSpecials(whole)));
    }
  }

  private static OptionalInt first(int[] ids) {
    return Arrays.stream(ids).findFirst();
  }
}
