package dev.lorax.cli.compatibility;

import java.util.List;

/** llama.cpp, which reads adapters in GGUF, as of 2026. */
final class LlamaCppTool implements Tool {
  @Override
  public String name() {
    return "llama.cpp";
  }

  @Override
  public String format() {
    return "gguf";
  }

  @Override
  public List<Rule> rules() {
    return List.of(
        Rule.of(AdapterFacts::isDora, "llama.cpp knows no DoRA", Remedy.MERGE),
        Rule.of(
            AdapterFacts::hasMore,
            "llama.cpp reads A and B alone, no biases, saved modules or rows of tokens",
            Remedy.MERGE),
        Rule.of(
            facts -> facts.isMixed() || facts.isRankStabilized(),
            "llama.cpp's own converter reads one alpha for all modules and knows no rsLoRA",
            Remedy.export("gguf")));
  }
}
