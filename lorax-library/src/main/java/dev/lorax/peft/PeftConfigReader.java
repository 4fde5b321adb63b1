package dev.lorax.peft;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.lora.NamePatterns;
import dev.lorax.lora.ResidualLora;
import dev.lorax.lora.Start;
import dev.lorax.lora.Starts;
import dev.lorax.lora.TokenIds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads adapter_config.json; what it asks for and is not supported is refused by name. */
final class PeftConfigReader {
  private static final double DEFAULT = 8; // of r and of lora_alpha, in PEFT
  private static final String[] REFUSED = {
    "layer_replication",
    "target_parameters",
    "alora_invocation_tokens",
    "use_qalora",
    "use_bdlora",
    "arrow_config",
    "kasa_config",
    "monteclora_config",
    "velora_config",
    "megatron_config"
  };

  /** Initialisations after which the adapter is the same as any other. */
  private static final Set<String> PLAIN_STARTS =
      Set.of("true", "false", "gaussian", "eva", "orthogonal");

  /** Those that take a part of the base's weights, the same one whenever they are repeated. */
  private static final Set<String> SUBTRACTED_STARTS = Set.of("pissa", "olora");

  private final Path file;
  private final JsonNode json;

  private PeftConfigReader(Path file, JsonNode json) {
    this.file = file;
    this.json = json;
  }

  static PeftConfig read(Path folder) {
    Path file = folder.resolve(PeftConfig.FILE);
    try {
      if (!Files.isRegularFile(file)) {
        throw new CheckpointException(
            file, "missing; an adapter folder holds it beside adapter_model.safetensors");
      }
      return new PeftConfigReader(file, new ObjectMapper().readTree(Files.readString(file)))
          .parse();
    } catch (JsonProcessingException broken) {
      throw new CheckpointException(file, "not JSON: " + broken.getOriginalMessage(), broken);
    } catch (IOException failed) {
      throw new CheckpointException(file, "cannot be read: " + failed.getMessage(), failed);
    }
  }

  private CheckpointException fault(String text, Object... values) {
    return new CheckpointException(file, text.formatted(values));
  }

  private PeftConfig parse() {
    if (!json.isObject()) {
      throw fault("not a JSON object");
    }
    if (!json.path("peft_type").asText("LORA").equals("LORA")) {
      throw fault("peft_type is %s; only LORA is supported", json.get("peft_type"));
    }
    for (String option : REFUSED) {
      if (isSet(json.path(option))) {
        throw fault("'%s' is %s, which is not supported", option, json.get(option));
      }
    }
    boolean listed = json.path("target_modules").isArray() && !isRestricted();
    return new PeftConfig(
        new PeftConfig.Base(
            json.path("base_model_name_or_path").asText(""),
            Optional.of(json.path("revision").asText("")).filter(text -> !text.isEmpty())),
        whole("r", json.path("r")),
        positive("lora_alpha", json.path("lora_alpha")),
        json.path("lora_dropout").asDouble(0),
        json.path("use_rslora").asBoolean(false),
        listed ? texts("target_modules") : List.of(),
        patterns("rank_pattern", this::whole),
        patterns("alpha_pattern", this::positive),
        json.path("fan_in_fan_out").asBoolean(false),
        form(),
        bias(),
        texts("modules_to_save"),
        tokens());
  }

  private boolean isRestricted() {
    return isSet(json.path("exclude_modules")) || isSet(json.path("layers_to_transform"));
  }

  private PeftForm form() {
    List<PeftForm> asked =
        PeftForm.KNOWN.stream().filter(form -> json.path(form.flag()).asBoolean(false)).toList();
    if (asked.size() > 1) {
      throw fault("'%s' and '%s' exclude each other", asked.get(0).flag(), asked.get(1).flag());
    }
    String start = json.path("init_lora_weights").asText("true");
    if (PLAIN_STARTS.contains(start) || start.equals("null")) {
      return asked.isEmpty() ? PeftForm.PLAIN : asked.get(0);
    }
    if (SUBTRACTED_STARTS.contains(start) && asked.isEmpty()) {
      return subtracted(Starts.named(start));
    }
    throw fault(
        "'init_lora_weights' is \"%s\", which is not supported here: it changes the base's weights"
            + " in a way that cannot be repeated; convert the adapter to plain LoRA with PEFT's"
            + " save_pretrained and its path_initial_model_for_weight_conversion",
        start);
  }

  /** PEFT's file holds A and B alone: where they began follows from the base. */
  private static PeftForm subtracted(Start start) {
    return new PeftForm(
        "",
        (target, lora) -> new ResidualLora(lora.starting(start)),
        ResidualLora.class,
        List.of());
  }

  private String bias() {
    String bias = json.path("bias").asText("none");
    if (!Set.of("none", "all", "lora_only").contains(bias)) {
      throw fault("'bias' is \"%s\"; PEFT knows none, all and lora_only", bias);
    }
    return bias;
  }

  /** A list for the embedding, or an object with a list for it alone. */
  private TokenIds tokens() {
    JsonNode asked = json.path("trainable_token_indices");
    if (!isSet(asked)) {
      return TokenIds.NONE;
    }
    if (asked.isObject() && asked.size() != 1) {
      throw fault("'trainable_token_indices' names %d modules; one is supported", asked.size());
    }
    JsonNode list = asked.isObject() ? asked.elements().next() : asked;
    List<Integer> ids = new ArrayList<>();
    for (JsonNode id : list) {
      if (!id.canConvertToInt()) {
        throw fault("'trainable_token_indices' holds %s, which is no token id", id);
      }
      ids.add(id.intValue());
    }
    try {
      return new TokenIds(ids);
    } catch (IllegalArgumentException unfit) {
      throw fault("'trainable_token_indices': %s", unfit.getMessage());
    }
  }

  private double positive(String field, JsonNode value) {
    if (value.isMissingNode() || value.isNull()) {
      return DEFAULT;
    }
    if (!value.isNumber()) {
      throw fault("'%s' must be a number, not %s", field, value);
    }
    if (!(value.doubleValue() > 0)) {
      throw fault("'%s' must be positive, not %s", field, value);
    }
    return value.doubleValue();
  }

  private int whole(String field, JsonNode value) {
    double number = positive(field, value);
    if (number != (int) number) {
      throw fault("'%s' must be a whole number, not %s", field, value);
    }
    return (int) number;
  }

  private static boolean isSet(JsonNode value) {
    return !value.isMissingNode()
        && !value.isNull()
        && !(value.isBoolean() && !value.booleanValue())
        && !(value.isContainerNode() && value.isEmpty());
  }

  private List<String> texts(String field) {
    List<String> texts = new ArrayList<>();
    json.path(field).forEach(item -> texts.add(item.asText()));
    return texts;
  }

  /** Reads one number, which messages call by that name. */
  private interface NumberReader<V> {
    V read(String field, JsonNode value);
  }

  private <V> Map<String, V> patterns(String field, NumberReader<V> reader) {
    Map<String, V> numbers = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : json.path(field).properties()) {
      String name = field + " of " + entry.getKey();
      numbers.put(entry.getKey(), reader.read(name, entry.getValue()));
    }
    try {
      new NamePatterns<>(numbers);
    } catch (IllegalArgumentException broken) {
      throw fault("%s: %s", field, broken.getMessage());
    }
    return numbers;
  }
}
