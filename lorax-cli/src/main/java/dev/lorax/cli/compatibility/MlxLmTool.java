package dev.lorax.cli.compatibility;

import dev.lorax.mlx.MlxFolder;
import java.util.List;

/** mlx-lm, which has a format of its own. */
final class MlxLmTool implements Tool {
  @Override
  public String name() {
    return "mlx-lm";
  }

  @Override
  public String format() {
    return "mlx";
  }

  @Override
  public List<Rule> rules() {
    return List.of(
        Rule.of(
            facts -> !MlxFolder.modelTypes().contains(facts.modelType()),
            facts -> "mlx-lm's names for modules of %s are not known".formatted(facts.modelType()),
            Remedy.MERGE),
        Rule.of(
            AdapterFacts::hasMore,
            "mlx-lm reads A, B and DoRA's lengths alone, no biases, saved modules or rows of"
                + " tokens",
            Remedy.MERGE),
        Rule.of(
            facts -> facts.isDora() && facts.adaptsTables(),
            "mlx-lm has another DoRA of embeddings",
            Remedy.MERGE));
  }
}
