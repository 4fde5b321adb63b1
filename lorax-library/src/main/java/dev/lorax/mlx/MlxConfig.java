package dev.lorax.mlx;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * What adapter_config.json says.
 *
 * @param dora whether rows get lengths
 * @param layers how many layers are adapted, counted from the last one
 * @param rank of all modules
 * @param scale the factor on the product itself
 * @param dropout in training
 * @param keys names of modules within a layer, or whole ones; empty where mlx-lm's own defaults
 *     hold, which differ from version to version
 */
record MlxConfig(
    boolean dora, int layers, int rank, double scale, double dropout, Optional<Set<String>> keys) {
  static final String FILE = "adapter_config.json";

  /** Reads it, strictly. */
  static MlxConfig read(Path folder) {
    Path file = folder.resolve(FILE);
    try {
      return new Json(file, new ObjectMapper().readTree(Files.readString(file))).parse();
    } catch (JsonProcessingException broken) {
      throw new CheckpointException(file, "not JSON: " + broken.getOriginalMessage(), broken);
    } catch (IOException failed) {
      throw new CheckpointException(file, "cannot be read: " + failed.getMessage(), failed);
    }
  }

  /** As mlx-lm's loader needs it. */
  String json() {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("fine_tune_type", dora ? "dora" : "lora");
    json.put("num_layers", layers);
    ObjectNode lora = json.putObject("lora_parameters");
    lora.put("rank", rank);
    lora.put("scale", scale);
    lora.put("alpha", scale * rank); // Ollama reads it instead of the scale
    lora.put("dropout", dropout);
    keys.ifPresent(
        names -> {
          ArrayNode list = lora.putArray("keys");
          names.forEach(list::add);
        });
    return json.toPrettyString() + "\n";
  }

  /** The fields of a file. */
  private record Json(Path file, JsonNode json) {
    MlxConfig parse() {
      String type = json.path("fine_tune_type").asText("lora");
      if (!type.equals("lora") && !type.equals("dora")) {
        throw fault("'fine_tune_type' is \"%s\"; an adapter is lora or dora".formatted(type));
      }
      JsonNode lora = json.path("lora_parameters");
      if (!lora.isObject()) {
        throw fault("lacks 'lora_parameters', an object with rank and scale");
      }
      return new MlxConfig(
          type.equals("dora"),
          json.has("num_layers") ? whole(json, "num_layers", -1) : whole(json, "lora_layers", -1),
          whole(lora, "rank", 1),
          scale(lora),
          dropout(lora),
          keys(lora.path("keys")));
    }

    private int whole(JsonNode object, String field, int least) {
      JsonNode value = object.path(field);
      if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < least) {
        throw fault(
            "'%s' should be a whole number of at least %d, not %s"
                .formatted(field, least, value.isMissingNode() ? "missing" : value));
      }
      return value.intValue();
    }

    private double scale(JsonNode lora) {
      JsonNode value = lora.path("scale");
      if (!value.isNumber() || !Double.isFinite(value.doubleValue()) || value.doubleValue() == 0) {
        throw fault(
            "'scale' should be a number but 0, not %s"
                .formatted(value.isMissingNode() ? "missing" : value));
      }
      return value.doubleValue();
    }

    private double dropout(JsonNode lora) {
      double share = lora.hasNonNull("dropout") ? lora.path("dropout").asDouble(-1) : 0;
      if (!(share >= 0 && share < 1)) {
        throw fault("'dropout' should be at least 0 and below 1, not " + lora.get("dropout"));
      }
      return share;
    }

    private Optional<Set<String>> keys(JsonNode list) {
      if (list.isMissingNode() || list.isNull()) {
        return Optional.empty();
      }
      Set<String> names = new LinkedHashSet<>();
      list.forEach(item -> names.add(item.asText()));
      if (!list.isArray() || names.isEmpty()) {
        throw fault("'keys' should be a list of names of modules");
      }
      return Optional.of(names);
    }

    private CheckpointException fault(String what) {
      return new CheckpointException(file, what);
    }
  }
}
