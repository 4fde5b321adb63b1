package dev.lorax.cli.compatibility;

import java.util.List;
import java.util.Set;

/** Ollama: its page on importing, and its converter of adapters, as of 2026. */
final class OllamaTool implements Tool {
  private static final Set<String> IMPORTED =
      Set.of("llama", "mistral", "mixtral", "gemma", "gemma2");

  @Override
  public String name() {
    return "Ollama";
  }

  @Override
  public String format() {
    return "peft";
  }

  @Override
  public List<Rule> rules() {
    return List.of(
        Rule.of(AdapterFacts::isDora, "Ollama knows no DoRA", Remedy.MERGE),
        Rule.of(
            AdapterFacts::hasMore,
            "Ollama reads A and B alone, no biases, saved modules or rows of tokens",
            Remedy.MERGE),
        Rule.of(
            facts -> !imports(facts.modelType()),
            facts -> otherThan(facts.modelType()),
            Remedy.export("gguf")),
        Rule.of(
            AdapterFacts::adaptsTables,
            "Ollama's import has no names for adapters of embedding or head",
            Remedy.MERGE),
        Rule.of(
            facts -> facts.isMixed() || facts.isRankStabilized() || !facts.hasWholeAlpha(),
            "Ollama reads one whole alpha for all modules and knows no rsLoRA",
            Remedy.export("ollama")));
  }

  static boolean imports(String modelType) {
    return IMPORTED.contains(modelType);
  }

  static String otherThan(String modelType) {
    return "Ollama imports adapters for llama, mistral and gemma, not for " + modelType;
  }
}
