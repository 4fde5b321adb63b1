package dev.lorax.cli.compatibility;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** vLLM: its PEFTHelper, the keys that it takes, and its table of models, as of 2026. */
final class VllmTool implements Tool {
  /** What --max-lora-rank may be. */
  private static final int[] RANKS = {8, 16, 32, 64, 128, 256, 320, 512};

  private static final int USUAL_RANK = 16;

  @Override
  public String name() {
    return "vLLM";
  }

  @Override
  public String format() {
    return "peft";
  }

  @Override
  public List<Rule> rules() {
    return List.of(
        Rule.of(
            facts -> facts.modelType().equals("gpt2"),
            "vLLM serves no adapters for gpt2",
            Remedy.MERGE),
        Rule.of(AdapterFacts::isDora, "vLLM refuses DoRA", Remedy.MERGE),
        Rule.of(
            AdapterFacts::hasMore,
            "vLLM reads A and B alone, no biases, saved modules or rows of tokens",
            Remedy.MERGE),
        Rule.of(
            AdapterFacts::adaptsTables,
            "vLLM may refuse adapters of embedding or head",
            Remedy.MERGE),
        Rule.of(
            AdapterFacts::isMixed,
            "modules are stored with different ranks or alphas; vLLM reads one scale for all of"
                + " them",
            Remedy.export("peft")),
        VllmTool::rank);
  }

  private static Optional<Obstacle> rank(AdapterFacts facts) {
    int rank = facts.rank();
    if (rank <= USUAL_RANK) {
      return Optional.empty();
    }
    return Arrays.stream(RANKS)
        .filter(known -> known >= rank)
        .mapToObj(
            known ->
                new Obstacle(
                    "the adapter's rank is stored as %d, and vLLM reads at most 16 by itself"
                        .formatted(rank),
                    Remedy.option("--max-lora-rank " + known)))
        .findFirst()
        .or(
            () ->
                Optional.of(
                    new Obstacle(
                        "rank %d is more than vLLM can be told to read".formatted(rank),
                        Remedy.MERGE)));
  }
}
