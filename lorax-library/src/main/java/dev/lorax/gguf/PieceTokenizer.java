package dev.lorax.gguf;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A tokenizer of SentencePiece's kind, whose spaces are {@code ▁} and whose unknown letters fall
 * back to bytes, as Llama 2's and Mistral's are.
 *
 * <p>llama.cpp has no merges for these: any two neighbours that make a token may be joined, the
 * token with the best score first. So each token's score is the place of its first merge, and the
 * merges must be all that its tokens allow: those made from SentencePiece's own models are.
 */
final class PieceTokenizer {
  private static final double MOST_MISSING = 0.01;
  private static final String SPACE = "▁";

  private final Map<String, Integer> places; // of the first merge that makes a token
  private final boolean spaceFirst;
  private final List<String> warnings = new ArrayList<>();

  private PieceTokenizer(Map<String, Integer> places, boolean spaceFirst) {
    this.places = places;
    this.spaceFirst = spaceFirst;
  }

  /** Whether a tokenizer.json is of this kind. */
  static boolean serves(JsonNode json) {
    JsonNode model = json.path("model");
    return model.path("type").asText("BPE").equals("BPE")
        && model.path("byte_fallback").asBoolean();
  }

  /**
   * That of a tokenizer.json.
   *
   * @throws IllegalArgumentException if llama.cpp would merge otherwise
   */
  static PieceTokenizer of(JsonNode json) {
    List<String> merges = GgufTokenizer.merges(json);
    Map<String, Integer> places = new HashMap<>();
    String last = "";
    for (int i = 0; i < merges.size(); i++) {
      String made = merges.get(i).replace(" ", "");
      if (places.putIfAbsent(made, i) != null && !made.equals(last)) {
        throw new IllegalArgumentException(
            "its merges make '%s' at several places, which scores cannot say".formatted(made));
      }
      last = made;
    }
    PieceTokenizer found = new PieceTokenizer(places, spaceFirst(json));
    found.requireAll(json, new HashSet<>(merges));
    return found;
  }

  /** Whether a space is put before a text. */
  private static boolean spaceFirst(JsonNode json) {
    JsonNode before = json.path("pre_tokenizer");
    if (before.path("type").asText().equals("Metaspace")) {
      if (before.path("split").asBoolean(true)) {
        throw new IllegalArgumentException(
            "its pre-tokenizer cuts at spaces, llama.cpp's does not");
      }
      return !before.path("prepend_scheme").asText("always").equals("never");
    }
    JsonNode normalizer = json.path("normalizer");
    List<JsonNode> steps = new ArrayList<>();
    normalizer.path("normalizers").forEach(steps::add);
    if (normalizer.path("type").asText().equals("Replace")) {
      steps.add(normalizer);
    }
    boolean cutsAtSpaces = before.path("pattern").path("String").asText().equals(" ");
    boolean known =
        (before.isNull() || cutsAtSpaces) // of which the normalizer leaves none
            && steps.stream()
                .allMatch(
                    step ->
                        step.path("prepend").asText().equals(SPACE)
                            || step.path("content").asText().equals(SPACE)
                                && step.path("pattern").path("String").asText().equals(" "));
    if (!known || steps.isEmpty()) {
      throw new IllegalArgumentException(
          "its normalizer or pre-tokenizer is none that llama.cpp knows for tokens of this kind");
    }
    return steps.stream().anyMatch(step -> step.path("type").asText().equals("Prepend"));
  }

  private void requireAll(JsonNode json, Set<String> merges) {
    Set<String> tokens = new HashSet<>();
    json.path("model").path("vocab").fieldNames().forEachRemaining(tokens::add);
    json.path("added_tokens").forEach(added -> tokens.remove(added.path("content").asText()));
    List<String> missing = new ArrayList<>();
    for (String token : tokens) {
      for (int i = 1; i < token.length(); i++) {
        String first = token.substring(0, i);
        String second = token.substring(i);
        if (tokens.contains(first)
            && tokens.contains(second)
            && !merges.contains(first + " " + second)) {
          missing.add(first + " " + second);
        }
      }
    }
    if (missing.size() > MOST_MISSING * merges.size()) {
      throw new IllegalArgumentException(
          ("llama.cpp joins any two neighbours that make a token,"
                  + " but this tokenizer leaves out %d of them, such as '%s'")
              .formatted(missing.size(), missing.get(0)));
    }
    if (!missing.isEmpty()) {
      warnings.add(
          "llama.cpp joins %d pairs of tokens that this tokenizer does not, such as '%s'"
              .formatted(missing.size(), missing.get(0)));
    }
  }

  /** A score for each token: the better, the earlier it is merged. */
  float[] scores(String[] tokens) {
    float[] scores = new float[tokens.length];
    for (int id = 0; id < tokens.length; id++) {
      scores[id] = -places.getOrDefault(tokens[id], 0);
    }
    return scores;
  }

  boolean spaceFirst() {
    return spaceFirst;
  }

  List<String> warnings() {
    return warnings;
  }
}
