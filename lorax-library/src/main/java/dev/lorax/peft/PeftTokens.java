package dev.lorax.peft;

import dev.lorax.graph.Node;
import dev.lorax.lora.TokenIds;
import dev.lorax.lora.TokenRows;
import dev.lorax.model.LanguageModel;
import dev.lorax.model.WeightMap;
import dev.lorax.op.Embedding;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Shape;

/** Rows of the embedding that are trained for some tokens. */
final class PeftTokens implements PeftPart {
  static final String SUFFIX = ".token_adapter.trainable_tokens_delta";

  private final TokenIds ids;
  private final Node table;
  private final String key;

  PeftTokens(PeftConfig config, LanguageModel base) {
    ids = config.tokens();
    table = TokenRows.table(base.graph());
    key = PeftFile.key(module(base), SUFFIX);
  }

  /** The name of the embedding of tokens in the checkpoint. */
  static String module(LanguageModel base) {
    String weight = TokenRows.table(base.graph()).name() + ".weight";
    String tensor = base.architecture().weights().source(weight).orElseThrow().tensor();
    return WeightMap.module(tensor);
  }

  @Override
  public void check(PeftFile file) {
    if (!ids.isEmpty()) {
      file.check(key, Shape.of(ids.count(), ((Embedding) table.op()).width()));
    }
  }

  @Override
  public void load(PeftFile file, PeftDraft draft) {
    if (!ids.isEmpty()) {
      draft.train(ids);
      try (Scope scope = new Scope()) {
        draft.value(table.name() + ".tokens.rows", file.get(key, scope), scope);
      }
    }
  }
}
