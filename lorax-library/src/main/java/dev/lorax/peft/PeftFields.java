package dev.lorax.peft;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.lora.NamePatterns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The fields of adapter_config.json; one of another kind than it should be is an error. */
final class PeftFields {
  private static final double MOST = 1e9; // beyond, products leave float32

  private final Path file;
  private final JsonNode json;

  private PeftFields(Path file, JsonNode json) {
    this.file = file;
    this.json = json;
  }

  static PeftFields read(Path folder) {
    Path file = folder.resolve(PeftConfig.FILE);
    try {
      if (!Files.isRegularFile(file)) {
        throw new CheckpointException(
            file, "missing; an adapter folder holds it beside adapter_model.safetensors");
      }
      PeftFields fields = new PeftFields(file, new ObjectMapper().readTree(Files.readString(file)));
      if (!fields.json.isObject()) {
        throw fields.fault("not a JSON object");
      }
      return fields;
    } catch (JsonProcessingException broken) {
      throw new CheckpointException(file, "not JSON: " + broken.getOriginalMessage(), broken);
    } catch (IOException failed) {
      throw new CheckpointException(file, "cannot be read: " + failed.getMessage(), failed);
    }
  }

  CheckpointException fault(String text, Object... values) {
    return new CheckpointException(file, text.formatted(values));
  }

  private CheckpointException wrong(String field, String wanted, JsonNode value) {
    return fault("'%s' must be %s, not %s", field, wanted, value);
  }

  List<String> names() {
    List<String> names = new ArrayList<>();
    json.fieldNames().forEachRemaining(names::add);
    return names;
  }

  JsonNode get(String field) {
    return json.path(field);
  }

  /** Whether a field asks for anything: null, false, an empty list and an empty object do not. */
  boolean isSet(String field) {
    JsonNode value = get(field);
    return json.hasNonNull(field)
        && !(value.isBoolean() && !value.booleanValue())
        && !(value.isContainerNode() && value.isEmpty());
  }

  boolean flag(String field) {
    JsonNode value = get(field);
    if (json.hasNonNull(field) && !value.isBoolean()) {
      throw wrong(field, "true or false", value);
    }
    return value.booleanValue();
  }

  String text(String field, String otherwise) {
    JsonNode value = get(field);
    if (json.hasNonNull(field) && !value.isTextual()) {
      throw wrong(field, "a text", value);
    }
    return json.hasNonNull(field) ? value.textValue() : otherwise;
  }

  List<String> texts(String field) {
    List<String> texts = new ArrayList<>();
    if (json.hasNonNull(field)) {
      for (JsonNode item : container(field, get(field).isArray(), "a list of texts")) {
        if (!item.isTextual()) {
          throw wrong(field, "a list of texts", get(field));
        }
        texts.add(item.textValue());
      }
    }
    return texts;
  }

  private JsonNode container(String field, boolean fits, String wanted) {
    if (!fits) {
      throw wrong(field, wanted, get(field));
    }
    return get(field);
  }

  double positive(String field, double otherwise) {
    return json.hasNonNull(field) ? positive(field, get(field)) : otherwise;
  }

  int whole(String field, int otherwise) {
    return json.hasNonNull(field) ? whole(field, get(field)) : otherwise;
  }

  /** A probability that is not 1; 0 if it is absent. */
  double share(String field) {
    JsonNode value = get(field);
    if (json.hasNonNull(field)
        && !(value.isNumber() && value.doubleValue() >= 0 && value.doubleValue() < 1)) {
      throw wrong(field, "a number from 0 to 1, without 1", value);
    }
    return value.doubleValue();
  }

  private double positive(String name, JsonNode value) {
    if (!value.isNumber()) {
      throw wrong(name, "a number", value);
    }
    if (!(value.doubleValue() > 0)) {
      throw wrong(name, "positive", value);
    }
    if (value.doubleValue() > MOST) {
      throw wrong(name, "at most a billion", value);
    }
    return value.doubleValue();
  }

  private int whole(String name, JsonNode value) {
    double number = positive(name, value);
    if (number != (int) number) {
      throw wrong(name, "a whole number", value);
    }
    return (int) number;
  }

  /** Whole numbers by the ends of names. */
  Map<String, Integer> ranks(String field) {
    return patterns(field, this::whole);
  }

  /** Numbers by the ends of names. */
  Map<String, Double> alphas(String field) {
    return patterns(field, this::positive);
  }

  /** Reads one number, which messages call by that name. */
  private interface NumberReader<V> {
    V read(String name, JsonNode value);
  }

  private <V> Map<String, V> patterns(String field, NumberReader<V> reader) {
    Map<String, V> numbers = new LinkedHashMap<>();
    if (!json.hasNonNull(field)) {
      return numbers;
    }
    container(field, get(field).isObject(), "an object")
        .properties()
        .forEach(
            entry -> {
              String name = field + " of " + entry.getKey();
              numbers.put(entry.getKey(), reader.read(name, entry.getValue()));
            });
    try {
      new NamePatterns<>(numbers);
    } catch (IllegalArgumentException broken) {
      throw fault("%s: %s", field, broken.getMessage());
    }
    return numbers;
  }
}
