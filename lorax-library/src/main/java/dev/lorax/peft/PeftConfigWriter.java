package dev.lorax.peft;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/** Writes adapter_config.json. */
final class PeftConfigWriter {
  private PeftConfigWriter() {}

  /**
   * As PEFT would write it, options that are not used left out so that old versions read it too.
   *
   * @param embedding the name of the module whose rows of tokens are trained
   * @param task what PEFT calls what the model does; empty: nothing that PEFT need know
   */
  static String json(PeftConfig config, String embedding, Optional<String> task) {
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("peft_type", "LORA");
    json.put("task_type", task.orElse(null));
    json.put("base_model_name_or_path", config.base().name());
    config.base().revision().ifPresent(text -> json.put("revision", text));
    json.put("inference_mode", true);
    json.put("r", config.rank());
    putNumber(json, "lora_alpha", config.alpha());
    json.put("lora_dropout", config.dropout());
    json.put("bias", config.bias());
    json.put("fan_in_fan_out", config.fanInFanOut());
    json.put("use_rslora", config.rankStabilized());
    json.put("use_dora", false);
    if (config.form() != PeftForm.PLAIN) {
      json.put(config.form().flag(), true);
    }
    json.put("init_lora_weights", true);
    put(json, "target_modules", config.targets());
    ObjectNode ranks = json.putObject("rank_pattern");
    config.ranks().forEach(ranks::put);
    ObjectNode alphas = json.putObject("alpha_pattern");
    config.alphas().forEach((name, value) -> putNumber(alphas, name, value));
    if (config.modulesToSave().isEmpty()) {
      json.putNull("modules_to_save");
    } else {
      put(json, "modules_to_save", config.modulesToSave());
    }
    if (!config.tokens().isEmpty()) {
      ArrayNode ids = json.putObject("trainable_token_indices").putArray(embedding);
      config.tokens().list().forEach(ids::add);
    }
    return json.toPrettyString() + "\n";
  }

  private static void put(ObjectNode json, String field, List<String> texts) {
    ArrayNode array = json.putArray(field);
    texts.forEach(array::add);
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
