package dev.lorax.gguf;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How byte-level tokenizers cut a text before they merge, by llama.cpp's names.
 *
 * <p>llama.cpp has the rules of each in its code, so that a file can only name one. A rule that is
 * not known here is refused: another name would cut texts wrongly in silence.
 */
final class PreTokenizer {
  private static final String BEFORE_DIGITS =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|";
  private static final String AFTER_DIGITS =
      "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final String LLAMA3 = BEFORE_DIGITS + "\\p{N}{1,3}" + AFTER_DIGITS;
  private static final String QWEN2 = BEFORE_DIGITS + "\\p{N}" + AFTER_DIGITS;

  /** By rule, and then by whether a whole word that is a token is taken before any merge. */
  private static final Map<List<String>, Map<Boolean, String>> NAMES =
      Map.of(
          List.of("gpt-2"), Map.of(false, "gpt-2"),
          List.of(LLAMA3), Map.of(true, "llama-bpe", false, "smaug-bpe"),
          List.of(QWEN2), Map.of(false, "qwen2"),
          List.of("digits", "gpt-2"), Map.of(false, "smollm"));

  private PreTokenizer() {}

  /**
   * The name for a tokenizer.json.
   *
   * @throws IllegalArgumentException if there is none
   */
  static String name(JsonNode json) {
    requireByteLevel(json);
    List<String> rule = rule(json.path("pre_tokenizer"));
    boolean words = json.path("model").path("ignore_merges").asBoolean();
    String name = NAMES.getOrDefault(rule, Map.of()).get(words);
    if (name == null) {
      throw new IllegalArgumentException(
          "llama.cpp names no pre-tokenizer that is known to cut texts as this one does (%s%s);"
                  .formatted(json.path("pre_tokenizer"), words ? ", ignore_merges" : "")
              + " known are those of GPT-2, Llama 3, Qwen2 and SmolLM");
    }
    return name;
  }

  /** What llama.cpp leaves out. */
  static Optional<String> warning(JsonNode json) {
    return json.path("normalizer").path("type").asText().equals("NFC")
        ? Optional.of(
            "the tokenizer composes letters and accents (NFC), llama.cpp does not:"
                + " give it composed text")
        : Optional.empty();
  }

  private static void requireByteLevel(JsonNode json) {
    JsonNode model = json.path("model");
    String kind = model.path("type").asText("BPE");
    if (!kind.equals("BPE")) {
      throw new IllegalArgumentException(
          "its tokenizer is %s; those of BPE are supported".formatted(kind));
    }
    for (String field : List.of("continuing_subword_prefix", "end_of_word_suffix")) {
      if (!model.path(field).asText("").isEmpty() && !model.path(field).isNull()) {
        throw new IllegalArgumentException("llama.cpp has no " + field);
      }
    }
    String normalizer = json.path("normalizer").path("type").asText("none");
    if (!List.of("none", "NFC").contains(normalizer)) {
      throw new IllegalArgumentException(
          "its tokenizer normalises texts (%s), which llama.cpp does not".formatted(normalizer));
    }
  }

  /** The steps, each by name or, where it is a pattern, as that; "?" where it is unknown. */
  private static List<String> rule(JsonNode tokenizer) {
    List<JsonNode> steps = new ArrayList<>();
    tokenizer.path("pretokenizers").forEach(steps::add);
    if (steps.isEmpty()) {
      steps.add(tokenizer);
    }
    return steps.stream().map(PreTokenizer::step).filter(step -> !step.isEmpty()).toList();
  }

  private static String step(JsonNode step) {
    return switch (step.path("type").asText()) {
      case "ByteLevel" ->
          step.path("add_prefix_space").asBoolean(true)
              ? "?"
              : step.path("use_regex").asBoolean(true) ? "gpt-2" : "";
      case "Split" ->
          step.path("behavior").asText().equals("Isolated") && !step.path("invert").asBoolean()
              ? step.path("pattern").path("Regex").asText("?")
              : "?";
      case "Digits" -> step.path("individual_digits").asBoolean() ? "digits" : "?";
      default -> "?";
    };
  }
}
