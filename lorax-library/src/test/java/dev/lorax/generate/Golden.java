package dev.lorax.generate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Two rows of logits, the ids before them, and the probabilities that transformers gives. */
record Golden(float[][] logits, int[][] ids, JsonNode probabilities) {
  static Golden read() {
    ObjectMapper json = new ObjectMapper();
    try (InputStream file = Golden.class.getResourceAsStream("/generate/logits_processors.json")) {
      JsonNode tree = json.readTree(file);
      return new Golden(
          json.convertValue(tree.get("logits"), float[][].class),
          json.convertValue(tree.get("input_ids"), int[][].class),
          tree.get("probs"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  double[] expected(String name, int row) {
    return new ObjectMapper().convertValue(probabilities.get(name).get(row), double[].class);
  }
}
