package dev.lorax.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.op.Activation;
import dev.lorax.op.RopeScaling;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A config.json, in the spelling of transformers 4 or 5, with errors that name file and field.
 *
 * <p>JSON's null counts as absent.
 */
public final class ModelConfig {
  private static final int MOST_PARTS = 1000; // ten times the layers of the largest models
  private static final int MOST_SIZE = 1 << 28; // a few times it is an int yet

  private final JsonNode json;
  private final String source;

  private ModelConfig(JsonNode json, String source) {
    this.json = json;
    this.source = source;
  }

  /**
   * Reads a file.
   *
   * @throws ModelConfigException if it is missing or no JSON object
   */
  public static ModelConfig read(Path file) {
    try {
      return parse(Files.readString(file), file.toString());
    } catch (NoSuchFileException missing) {
      throw new ModelConfigException(
          "%s is missing: a checkpoint folder holds config.json beside its weights"
              .formatted(file));
    } catch (CharacterCodingException binary) {
      throw new ModelConfigException(file + " is not UTF-8 text: fetch the file again");
    } catch (IOException failed) {
      throw new ModelConfigException("Cannot read %s: %s".formatted(file, failed.getMessage()));
    }
  }

  /** Parses a text; {@code source} names it in errors. */
  public static ModelConfig parse(String text, String source) {
    try {
      JsonNode json = new ObjectMapper().readTree(text);
      if (json == null || !json.isObject()) {
        throw new ModelConfigException(source + " is not a JSON object");
      }
      return new ModelConfig(json, source);
    } catch (JsonProcessingException broken) {
      throw new ModelConfigException(
          "%s is not JSON: %s; fetch the file again"
              .formatted(source, broken.getOriginalMessage()));
    }
  }

  /** The same, with those values where a field is absent: what a family's files leave out. */
  public ModelConfig or(Map<String, Object> defaults) {
    ObjectNode filled = json.deepCopy();
    defaults.forEach(
        (field, value) -> {
          if (!has(field)) {
            filled.putPOJO(field, value);
          }
        });
    return new ModelConfig(new ObjectMapper().valueToTree(filled), source);
  }

  /** The text of a file with these fields. */
  public String toJson() {
    return json.toPrettyString() + "\n";
  }

  /** What messages call this config. */
  public String source() {
    return source;
  }

  /** Whether the field is there and not null. */
  public boolean has(String field) {
    return json.hasNonNull(field);
  }

  /** A whole number that must be there. */
  public int integer(String field) {
    JsonNode value = required(field);
    if (!value.isIntegralNumber() || !value.canConvertToInt()) {
      throw wrong(field, "a whole number", value);
    }
    return value.intValue();
  }

  /** A whole number with a default. */
  public int integer(String field, int otherwise) {
    return has(field) ? integer(field) : otherwise;
  }

  /** A whole number above 0 that must be there. */
  public int size(String field) {
    int value = integer(field);
    if (value < 1) {
      throw wrong(field, "a whole number above 0", json.get(field));
    }
    if (value > MOST_SIZE) {
      throw wrong(field, "at most " + MOST_SIZE, json.get(field));
    }
    return value;
  }

  /** How many layers or other parts there are, each of which becomes nodes: 1 to 1000. */
  int count(String field) {
    int value = size(field);
    if (value > MOST_PARTS) {
      throw wrong(field, "at most " + MOST_PARTS, json.get(field));
    }
    return value;
  }

  /** A whole number above 0 with a default. */
  public int size(String field, int otherwise) {
    return has(field) ? size(field) : otherwise;
  }

  /** A number that must be there. */
  public double number(String field) {
    JsonNode value = required(field);
    if (!value.isNumber()) {
      throw wrong(field, "a number", value);
    }
    return value.doubleValue();
  }

  /** A number with a default. */
  public double number(String field, double otherwise) {
    return has(field) ? number(field) : otherwise;
  }

  /** True or false, with a default. */
  public boolean flag(String field, boolean otherwise) {
    if (!has(field)) {
      return otherwise;
    }
    JsonNode value = json.get(field);
    if (!value.isBoolean()) {
      throw wrong(field, "true or false", value);
    }
    return value.booleanValue();
  }

  /** A text that must be there. */
  public String text(String field) {
    JsonNode value = required(field);
    if (!value.isTextual()) {
      throw wrong(field, "a text", value);
    }
    return value.textValue();
  }

  /** A text with a default. */
  public String text(String field, String otherwise) {
    return has(field) ? text(field) : otherwise;
  }

  /** An activation by its name in transformers, with a default. */
  public Activation activation(String field, String otherwise) {
    try {
      return Activation.named(text(field, otherwise));
    } catch (IllegalArgumentException unknown) {
      throw new ModelConfigException("%s: '%s': %s".formatted(source, field, unknown.getMessage()));
    }
  }

  /** The texts of a list, empty if it is absent. */
  public List<String> texts(String field) {
    List<String> texts = new ArrayList<>();
    json.path(field).forEach(item -> texts.add(item.asText()));
    return texts;
  }

  /** The numbers of a list that must be there. */
  public List<Double> numbers(String field) {
    List<Double> numbers = new ArrayList<>();
    for (JsonNode item : required(field)) {
      if (!item.isNumber()) {
        throw wrong(field, "numbers", item);
      }
      numbers.add(item.doubleValue());
    }
    return numbers;
  }

  /** The whole numbers of a list, or the single one that stands in its place. */
  public int[] integers(String field) {
    if (!has(field)) {
      return new int[0];
    }
    JsonNode value = json.get(field);
    if (!value.isArray()) {
      return new int[] {integer(field)};
    }
    int[] numbers = new int[value.size()];
    for (int i = 0; i < numbers.length; i++) {
      if (!value.get(i).isIntegralNumber() || !value.get(i).canConvertToInt()) {
        throw wrong(field, "whole numbers", value);
      }
      numbers[i] = value.get(i).intValue();
    }
    return numbers;
  }

  /** An object within, if it is there. */
  public Optional<ModelConfig> section(String field) {
    if (!has(field)) {
      return Optional.empty();
    }
    if (!json.get(field).isObject()) {
      throw wrong(field, "an object", json.get(field));
    }
    return Optional.of(new ModelConfig(json.get(field), source + " " + field));
  }

  /** Rotary embedding, from {@code rope_parameters} (5) or {@code rope_theta, rope_scaling} (4). */
  public Rope rope() {
    return RopeFields.of(this);
  }

  /**
   * Rotary embedding.
   *
   * @param theta base of the frequencies
   * @param scaling how they are stretched
   */
  public record Rope(double theta, RopeScaling scaling) {}

  /**
   * The width of one head of attention.
   *
   * @throws ModelConfigException if the heads cannot share the width evenly
   */
  int head(int width, int heads) {
    if (width % heads != 0) {
      throw unfit("a width of %d cannot be split among %d heads".formatted(width, heads));
    }
    return width / heads;
  }

  /**
   * How many numbers of a head are turned.
   *
   * @throws ModelConfigException if they are no pairs within the head
   */
  int turned(int turned, int head) {
    if (turned < 2 || turned > head || turned % 2 != 0) {
      throw unfit("%d numbers of a head of %d cannot be turned in pairs".formatted(turned, head));
    }
    return turned;
  }

  ModelConfigException unfit(String reason) {
    return new ModelConfigException(source + ": " + reason);
  }

  private JsonNode required(String field) {
    if (!has(field)) {
      throw new ModelConfigException("%s lacks the field '%s'".formatted(source, field));
    }
    return json.get(field);
  }

  private ModelConfigException wrong(String field, String wanted, JsonNode value) {
    return new ModelConfigException(
        "%s: '%s' should be %s, not %s".formatted(source, field, wanted, value));
  }
}
