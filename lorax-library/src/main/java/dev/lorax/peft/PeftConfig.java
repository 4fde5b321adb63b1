package dev.lorax.peft;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The part of adapter_config.json that plain LoRA uses.
 *
 * @param base what the base model was called
 * @param revision of the base, where it is one of the hub's
 * @param rank of modules that no pattern names
 * @param alpha likewise
 * @param dropout in training
 * @param rankStabilized whether the scale is alpha / √r (Kalajdzievski 2023) instead of alpha / r
 * @param targets suffixes of module names; empty: the file's tensors say which
 * @param rankPattern ranks of modules whose name ends in a pattern
 * @param alphaPattern alphas likewise
 * @param fanInFanOut whether matrices are stored as [in, out]
 */
record PeftConfig(
    String base,
    Optional<String> revision,
    int rank,
    double alpha,
    double dropout,
    boolean rankStabilized,
    List<String> targets,
    Map<String, Integer> rankPattern,
    Map<String, Double> alphaPattern,
    boolean fanInFanOut) {

  static final String FILE = "adapter_config.json";
  private static final double DEFAULT = 8; // of r and of lora_alpha, in PEFT
  private static final String[] REFUSED = {
    "use_dora", "modules_to_save", "trainable_token_indices", "layer_replication", "lora_bias",
    "target_parameters", "alora_invocation_tokens", "use_qalora", "use_bdlora", "arrow_config",
    "kasa_config", "monteclora_config", "velora_config", "megatron_config"
  };

  /** Initialisations that leave the base's weights alone; others make the adapter fit no base. */
  private static final Set<String> PLAIN_STARTS =
      Set.of("true", "false", "gaussian", "eva", "orthogonal");

  /** The rank of a module. */
  int rankOf(String module) {
    return pattern(rankPattern, module, rank);
  }

  /** The alpha of a module. */
  double alphaOf(String module) {
    return pattern(alphaPattern, module, alpha);
  }

  /** Whether the targets, as a list of suffixes, name a module. */
  boolean targets(String module) {
    return targets.stream()
        .anyMatch(target -> module.equals(target) || module.endsWith("." + target));
  }

  /** PEFT's rule: the first pattern that matches the end of the name after a dot. */
  private static <V> V pattern(Map<String, V> patterns, String module, V otherwise) {
    return patterns.entrySet().stream()
        .filter(entry -> Pattern.matches("(.*\\.)?(" + entry.getKey() + ")", module))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(otherwise);
  }

  static PeftConfig read(Path folder) {
    Path file = folder.resolve(FILE);
    try {
      if (!Files.isRegularFile(file)) {
        throw new CheckpointException(
            file, "missing; an adapter folder holds it beside adapter_model.safetensors");
      }
      return parse(file, new ObjectMapper().readTree(Files.readString(file)));
    } catch (JsonProcessingException broken) {
      throw new CheckpointException(file, "not JSON: " + broken.getOriginalMessage(), broken);
    } catch (IOException failed) {
      throw new CheckpointException(file, "cannot be read: " + failed.getMessage(), failed);
    }
  }

  private static PeftConfig parse(Path file, JsonNode json) {
    if (!json.isObject()) {
      throw new CheckpointException(file, "not a JSON object");
    }
    if (!json.path("peft_type").asText("LORA").equals("LORA")) {
      throw new CheckpointException(
          file, "peft_type is %s; only LORA is supported".formatted(json.get("peft_type")));
    }
    for (String option : REFUSED) {
      if (isSet(json.path(option))) {
        throw new CheckpointException(
            file, "'%s' is %s, which is not supported yet".formatted(option, json.get(option)));
      }
    }
    if (!json.path("bias").asText("none").equals("none")) {
      throw new CheckpointException(
          file, "'bias' is %s, which is not supported yet".formatted(json.get("bias")));
    }
    requirePlainStart(file, json.path("init_lora_weights"));
    boolean listed = json.path("target_modules").isArray() && !restricted(json);
    return new PeftConfig(
        json.path("base_model_name_or_path").asText(""),
        Optional.of(json.path("revision").asText("")).filter(text -> !text.isEmpty()),
        whole(file, "r", json.path("r")),
        positive(file, "lora_alpha", json.path("lora_alpha")),
        json.path("lora_dropout").asDouble(0),
        json.path("use_rslora").asBoolean(false),
        listed ? texts(json.path("target_modules")) : List.of(),
        patterns(file, json, "rank_pattern", PeftConfig::whole),
        patterns(file, json, "alpha_pattern", PeftConfig::positive),
        json.path("fan_in_fan_out").asBoolean(false));
  }

  /** PiSSA, OLoRA, CorDA and LoftQ take the adapter's start out of the base: PEFT redoes that. */
  private static void requirePlainStart(Path file, JsonNode start) {
    if (!start.isMissingNode() && !start.isNull() && !PLAIN_STARTS.contains(start.asText())) {
      throw new CheckpointException(
          file,
          ("'init_lora_weights' is %s, which is not supported yet: it changes the base's weights;"
                  + " convert the adapter to plain LoRA with PEFT's save_pretrained and its"
                  + " path_initial_model_for_weight_conversion")
              .formatted(start));
    }
  }

  private static boolean restricted(JsonNode json) {
    return isSet(json.path("exclude_modules")) || isSet(json.path("layers_to_transform"));
  }

  private static double positive(Path file, String field, JsonNode value) {
    if (value.isMissingNode() || value.isNull()) {
      return DEFAULT;
    }
    if (!value.isNumber()) {
      throw new CheckpointException(file, "'%s' must be a number, not %s".formatted(field, value));
    }
    if (!(value.doubleValue() > 0)) {
      throw new CheckpointException(file, "'%s' must be positive, not %s".formatted(field, value));
    }
    return value.doubleValue();
  }

  private static int whole(Path file, String field, JsonNode value) {
    double number = positive(file, field, value);
    if (number != (int) number) {
      throw new CheckpointException(
          file, "'%s' must be a whole number, not %s".formatted(field, value));
    }
    return (int) number;
  }

  private static boolean isSet(JsonNode value) {
    return !value.isMissingNode()
        && !value.isNull()
        && !(value.isBoolean() && !value.booleanValue())
        && !(value.isContainerNode() && value.isEmpty());
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(item -> texts.add(item.asText()));
    return texts;
  }

  /** Reads one number, which messages call by that name. */
  private interface NumberReader<V> {
    V read(Path file, String field, JsonNode value);
  }

  private static <V> Map<String, V> patterns(
      Path file, JsonNode json, String field, NumberReader<V> reader) {
    Map<String, V> numbers = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : json.path(field).properties()) {
      try {
        Pattern.compile(entry.getKey());
      } catch (PatternSyntaxException broken) {
        throw new CheckpointException(
            file, "'%s' of %s is no pattern".formatted(entry.getKey(), field), broken);
      }
      String name = field + " of " + entry.getKey();
      numbers.put(entry.getKey(), reader.read(file, name, entry.getValue()));
    }
    return numbers;
  }

  /**
   * As PEFT would write it, options that are not used left out so that old versions read it too.
   */
  String toJson() {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("peft_type", "LORA");
    json.put("task_type", "CAUSAL_LM");
    json.put("base_model_name_or_path", base);
    revision.ifPresent(text -> json.put("revision", text));
    json.put("inference_mode", true);
    json.put("r", rank);
    putNumber(json, "lora_alpha", alpha);
    json.put("lora_dropout", dropout);
    json.put("bias", "none");
    json.put("fan_in_fan_out", fanInFanOut);
    json.put("use_rslora", rankStabilized);
    json.put("use_dora", false);
    json.put("init_lora_weights", true);
    ArrayNode modules = json.putArray("target_modules");
    targets.forEach(modules::add);
    ObjectNode ranks = json.putObject("rank_pattern");
    rankPattern.forEach(ranks::put);
    ObjectNode alphas = json.putObject("alpha_pattern");
    alphaPattern.forEach((name, value) -> putNumber(alphas, name, value));
    json.putNull("modules_to_save");
    return json.toPrettyString() + "\n";
  }

  /** Whole numbers without a point: some readers parse alpha as an integer. */
  private static void putNumber(ObjectNode json, String field, double value) {
    if (value == Math.rint(value)) {
      json.put(field, (long) value);
    } else {
      json.put(field, value);
    }
  }
}
