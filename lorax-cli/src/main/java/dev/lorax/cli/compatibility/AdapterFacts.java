package dev.lorax.cli.compatibility;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * What of an adapter matters to programs that read it, as PEFT's adapter_config.json says it.
 *
 * @param modelType of the base, for example {@code llama}
 * @param form in which it is stored, by the name of a target of {@code lorax export}
 * @param config the whole of adapter_config.json
 */
record AdapterFacts(String modelType, String form, JsonNode config) {
  private static final Set<String> TABLES =
      Set.of("embed_tokens", "lm_head", "wte", "embed_in", "embed_out");

  /** The largest rank of a module. */
  int rank() {
    return Math.max(
        config.path("r").asInt(), values("rank_pattern").mapToInt(JsonNode::asInt).max().orElse(0));
  }

  /** Whether modules have different ranks or alphas. */
  boolean isMixed() {
    return !config.path("rank_pattern").isEmpty() || !config.path("alpha_pattern").isEmpty();
  }

  boolean hasWholeAlpha() {
    double alpha = config.path("lora_alpha").asDouble();
    return alpha == Math.rint(alpha);
  }

  boolean isRankStabilized() {
    return config.path("use_rslora").asBoolean();
  }

  boolean isDora() {
    return config.path("use_dora").asBoolean();
  }

  /** Whether embedding or output head are adapted by products. */
  boolean adaptsTables() {
    return values("target_modules").anyMatch(target -> TABLES.contains(target.asText()));
  }

  /** Whether it trains parameters that are no product of A and B. */
  boolean hasMore() {
    return config.path("lora_bias").asBoolean()
        || !config.path("bias").asText("none").equals("none")
        || !config.path("modules_to_save").isEmpty()
        || !config.path("trainable_token_indices").isEmpty();
  }

  private Stream<JsonNode> values(String field) {
    return StreamSupport.stream(config.path(field).spliterator(), false);
  }
}
