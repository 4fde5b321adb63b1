package dev.lorax.peft;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lorax.lora.ResidualLora;
import dev.lorax.lora.Start;
import dev.lorax.lora.Starts;
import dev.lorax.lora.TokenIds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads adapter_config.json; what it asks for and is not supported is refused by name. */
final class PeftConfigReader {
  private static final int DEFAULT = 8; // of r and of lora_alpha, in PEFT

  private static final Set<String> REFUSED =
      Set.of(
          "layer_replication",
          "target_parameters",
          "alora_invocation_tokens",
          "ensure_weight_tying",
          "use_qalora",
          "use_bdlora",
          "arrow_config",
          "kasa_config",
          "monteclora_config",
          "velora_config",
          "megatron_config");

  /** What is understood, or says only how an adapter came to be, and may be true or a list. */
  private static final Set<String> KNOWN =
      Set.of(
          "target_modules",
          "exclude_modules",
          "layers_to_transform",
          "layers_pattern",
          "modules_to_save",
          "trainable_token_indices",
          "rank_pattern",
          "alpha_pattern",
          "fan_in_fan_out",
          "use_rslora",
          "use_dora",
          "lora_bias",
          "init_lora_weights",
          "loftq_config",
          "eva_config",
          "corda_config",
          "lora_ga_config",
          "auto_mapping",
          "inference_mode");

  /** Initialisations after which the adapter is the same as any other. */
  private static final Set<String> PLAIN_STARTS =
      Set.of("true", "false", "gaussian", "eva", "orthogonal");

  /** Those that take a part of the base's weights, the same one whenever they are repeated. */
  private static final Set<String> SUBTRACTED_STARTS = Set.of("pissa", "olora");

  private final PeftFields fields;

  private PeftConfigReader(PeftFields fields) {
    this.fields = fields;
  }

  static PeftConfig read(Path folder) {
    return new PeftConfigReader(PeftFields.read(folder)).parse();
  }

  private PeftConfig parse() {
    if (!fields.get("peft_type").asText("LORA").equals("LORA")) {
      throw fields.fault("peft_type is %s; only LORA is supported", fields.get("peft_type"));
    }
    for (String option : fields.names()) {
      if (REFUSED.contains(option) ? fields.isSet(option) : isUnknown(option)) {
        throw fields.fault("'%s' is %s, which is not supported", option, fields.get(option));
      }
    }
    boolean restricted = fields.isSet("exclude_modules") || fields.isSet("layers_to_transform");
    boolean pattern = fields.get("target_modules").isTextual();
    return new PeftConfig(
        new PeftConfig.Base(
            fields.text("base_model_name_or_path", ""),
            Optional.of(fields.text("revision", "")).filter(text -> !text.isEmpty())),
        fields.whole("r", DEFAULT),
        fields.positive("lora_alpha", DEFAULT),
        fields.share("lora_dropout"),
        fields.flag("use_rslora"),
        pattern || restricted ? List.of() : fields.texts("target_modules"),
        fields.ranks("rank_pattern"),
        fields.alphas("alpha_pattern"),
        fields.flag("fan_in_fan_out"),
        form(),
        bias(),
        fields.texts("modules_to_save"),
        tokens());
  }

  /**
   * An option of a later version that is switched on. Numbers and texts are passed over: PEFT
   * writes them for options that are off, too.
   */
  private boolean isUnknown(String option) {
    JsonNode value = fields.get(option);
    return fields.isSet(option)
        && !(value.isNumber() || value.isTextual())
        && !KNOWN.contains(option);
  }

  private PeftForm form() {
    List<PeftForm> asked =
        PeftForm.KNOWN.stream().filter(form -> fields.flag(form.flag())).toList();
    if (asked.size() > 1) {
      throw fields.fault(
          "'%s' and '%s' exclude each other", asked.get(0).flag(), asked.get(1).flag());
    }
    String start = fields.get("init_lora_weights").asText("true");
    if (PLAIN_STARTS.contains(start)) {
      return asked.isEmpty() ? PeftForm.PLAIN : asked.get(0);
    }
    if (SUBTRACTED_STARTS.contains(start) && asked.isEmpty()) {
      return subtracted(Starts.named(start));
    }
    throw fields.fault(
        "'init_lora_weights' is %s, which is not supported here: it changes the base's weights"
            + " in a way that cannot be repeated; convert the adapter to plain LoRA with PEFT's"
            + " save_pretrained and its path_initial_model_for_weight_conversion",
        fields.get("init_lora_weights"));
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
    String bias = fields.text("bias", "none");
    if (!Set.of("none", "all", "lora_only").contains(bias)) {
      throw fields.fault("'bias' is \"%s\"; PEFT knows none, all and lora_only", bias);
    }
    return bias;
  }

  /** A list for the embedding, or an object with a list for it alone. */
  private TokenIds tokens() {
    if (!fields.isSet("trainable_token_indices")) {
      return TokenIds.NONE;
    }
    JsonNode asked = fields.get("trainable_token_indices");
    if (asked.isObject() && asked.size() != 1) {
      throw fields.fault(
          "'trainable_token_indices' names %d modules; one is supported", asked.size());
    }
    JsonNode list = asked.isObject() ? asked.elements().next() : asked;
    if (!list.isArray()) {
      throw fields.fault("'trainable_token_indices' must be a list of token ids, not %s", list);
    }
    List<Integer> ids = new ArrayList<>();
    for (JsonNode id : list) {
      if (!id.isInt()) {
        throw fields.fault("'trainable_token_indices' holds %s, which is no token id", id);
      }
      ids.add(id.intValue());
    }
    try {
      return new TokenIds(ids);
    } catch (IllegalArgumentException unfit) {
      throw fields.fault("'trainable_token_indices': %s", unfit.getMessage());
    }
  }
}
