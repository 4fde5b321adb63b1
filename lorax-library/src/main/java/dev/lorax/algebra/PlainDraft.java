package dev.lorax.algebra;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.graph.Parameters;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Factors;
import dev.lorax.lora.Lora;
import dev.lorax.lora.Lorax;
import dev.lorax.lora.TokenIds;
import dev.lorax.lora.TokenRows;
import dev.lorax.op.Linear;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A plain adapter while it is made. */
final class PlainDraft {
  private final Graph base;
  private final Map<String, Lora> ops = new HashMap<>(); // by the adapted node's name
  private final Map<String, Tensor> values = new LinkedHashMap<>();
  private final Set<String> copies = new LinkedHashSet<>();
  private TokenIds tokens = TokenIds.NONE;

  PlainDraft(Graph base) {
    this.base = base;
  }

  /** Changes a group by {@code B · A}; both are copied. */
  void change(TargetGroup group, Factors factors, Scope scope) {
    ops.putAll(group.ops(factors.rank()));
    String first = group.targets().get(0).name();
    value(Lorax.adapterOf(first) + ".a", factors.a(), scope);
    long row = 0;
    for (Node target : group.targets()) {
      long out = ((Linear) target.op()).out();
      value(Lorax.adapterOf(target.name()) + ".b", factors.b().narrow(0, row, out), scope);
      row += out;
    }
  }

  /** Takes copies of what an adapter has beside low-rank products. */
  void keepTheRest(Adapter adapter, Scope scope) {
    for (Node node : adapter.adaptations()) {
      if (node.op() instanceof TokenRows rows) {
        tokens = rows.tokens();
        value(node.name() + ".rows", adapter.value(node, "rows"), scope);
      }
    }
    adapter.copies().forEach(name -> copy(name, adapter.parameters().get(name), scope));
  }

  /** Holds a parameter of the base itself. */
  void copy(String parameter, Tensor value, Scope scope) {
    value(parameter, value, scope);
    copies.add(parameter);
  }

  private void value(String parameter, Tensor value, Scope scope) {
    values.put(parameter, scope.release(value.to(DType.F32).copy()));
  }

  boolean isEmpty() {
    return ops.isEmpty();
  }

  Adapter finish() {
    Graph injected =
        Lorax.inject(base, node -> Optional.ofNullable(ops.get(node.name())), tokens, copies);
    return Adapter.of(injected, Parameters.of(values));
  }
}
