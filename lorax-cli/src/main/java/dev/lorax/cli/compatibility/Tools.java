package dev.lorax.cli.compatibility;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** The programs whose rules are known; a new one is a class, and a line here. */
public final class Tools {
  private static final List<Tool> KNOWN =
      List.of(
          new PeftTool(), new VllmTool(), new LlamaCppTool(), new MlxLmTool(), new OllamaTool());

  private Tools() {}

  /**
   * What each makes of an adapter.
   *
   * @param modelType of the base
   * @param form in which it is stored, such as {@code peft}
   * @param config its adapter_config.json in PEFT's format
   */
  public static List<Verdict> verdicts(String modelType, String form, JsonNode config) {
    AdapterFacts facts = new AdapterFacts(modelType, form, config);
    return KNOWN.stream().map(tool -> Verdict.of(tool, facts)).toList();
  }

  /** What they do not take of an adapter in PEFT's folder, all of them together. */
  public static List<Obstacle> obstacles(String modelType, JsonNode config) {
    AdapterFacts facts = new AdapterFacts(modelType, "peft", config);
    return KNOWN.stream().flatMap(tool -> tool.obstacles(facts).stream()).toList();
  }

  /**
   * Checks that Ollama imports adapters of a model.
   *
   * @throws IllegalArgumentException if it does not
   */
  public static void requireOllama(String modelType) {
    if (!OllamaTool.imports(modelType)) {
      throw new IllegalArgumentException(
          OllamaTool.otherThan(modelType) + ": " + Remedy.export("gguf").text());
    }
  }
}
