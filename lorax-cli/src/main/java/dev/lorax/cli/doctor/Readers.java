package dev.lorax.cli.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/**
 * What other programs make of an adapter in PEFT's format: vLLM (its PEFTHelper and its table of
 * models), llama.cpp (its convert_lora_to_gguf.py) and Ollama (its page on importing), as of 2026.
 */
final class Readers {
  /** What vLLM's --max-lora-rank may be. */
  private static final int[] VLLM_RANKS = {8, 16, 32, 64, 128, 256, 320, 512};

  private static final int VLLM_USUAL_RANK = 16;
  private static final Set<String> OLLAMA = Set.of("llama", "mistral");
  private static final Set<String> TABLES = Set.of("embed_tokens", "lm_head", "wte");
  private static final String MERGE = "'lorax merge' makes a model of it that needs no adapter";

  private Readers() {}

  /** Notes on each that needs more than the folder as it is. */
  static List<Diagnosis> of(String modelType, JsonNode config) {
    List<Diagnosis> found = new ArrayList<>();
    int rank = rank(config);
    if (modelType.equals("gpt2")) {
      found.add(note("vLLM serves no adapters for gpt2", MERGE));
    } else if (rank > VLLM_USUAL_RANK) {
      found.add(vllmRank(rank));
    }
    if (!config.path("rank_pattern").isEmpty() || !config.path("alpha_pattern").isEmpty()) {
      found.add(
          note(
              "modules are stored with different ranks or alphas; vLLM and llama.cpp read one scale"
                  + " for all of them",
              MERGE));
    }
    if (StreamSupport.stream(config.path("target_modules").spliterator(), false)
        .anyMatch(target -> TABLES.contains(target.asText()))) {
      found.add(note("vLLM and llama.cpp may refuse adapters of embedding or head", MERGE));
    }
    if (!OLLAMA.contains(modelType)) {
      found.add(
          note(
              "Ollama imports adapters for llama, mistral and gemma, not for " + modelType, MERGE));
    }
    return found;
  }

  private static Diagnosis vllmRank(int rank) {
    return IntStream.of(VLLM_RANKS)
        .filter(known -> known >= rank)
        .mapToObj(
            known ->
                note(
                    "the adapter's rank is stored as %d, and vLLM reads at most 16 by itself"
                        .formatted(rank),
                    "start it with --max-lora-rank " + known))
        .findFirst()
        .orElseGet(
            () -> note("rank %d is more than vLLM can be told to read".formatted(rank), MERGE));
  }

  private static int rank(JsonNode config) {
    return Math.max(
        config.path("r").asInt(),
        StreamSupport.stream(config.path("rank_pattern").spliterator(), false)
            .mapToInt(JsonNode::asInt)
            .max()
            .orElse(0));
  }

  private static Diagnosis note(String what, String remedy) {
    return Diagnosis.note("compatibility", what, remedy);
  }
}
