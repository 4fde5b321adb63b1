package dev.lorax.peft;

import dev.lorax.graph.Graph;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Lorax;
import dev.lorax.lora.LowRank;
import dev.lorax.lora.TokenIds;
import dev.lorax.model.LanguageModel;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** An adapter while it is read; the values of one that is not finished are closed with it. */
final class PeftDraft implements AutoCloseable {
  private final LanguageModel base;
  private final Map<String, LowRank> ops = new HashMap<>(); // by the adapted node's name
  private final Map<String, Tensor> values = new LinkedHashMap<>();
  private final Set<String> copies = new LinkedHashSet<>();
  private TokenIds tokens = TokenIds.NONE;

  PeftDraft(LanguageModel base) {
    this.base = base;
  }

  LanguageModel base() {
    return base;
  }

  void adapt(String node, LowRank op) {
    ops.put(node, op);
  }

  /** A value of an adaptation; a copy is kept. */
  void value(String parameter, Tensor value, Scope scope) {
    values.put(parameter, scope.release(value.copy()));
  }

  /** A value that a parameter of the base's has instead of its own. */
  void copy(String parameter, Tensor value, Scope scope) {
    value(parameter, value, scope);
    copies.add(parameter);
  }

  void train(TokenIds ids) {
    tokens = ids;
  }

  Adapter finish() {
    Graph injected =
        Lorax.inject(
            base.graph(), node -> Optional.ofNullable(ops.get(node.name())), tokens, copies);
    Adapter adapter = Adapter.of(injected, base, values);
    values.clear();
    return adapter;
  }

  @Override
  public void close() {
    values.values().forEach(Tensor::close);
  }
}
