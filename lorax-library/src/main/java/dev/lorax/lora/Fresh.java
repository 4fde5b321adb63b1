package dev.lorax.lora;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.graph.Parameterized;
import dev.lorax.graph.Parameters;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import dev.lorax.tensor.Weight;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Makes the values of fresh adapters. */
final class Fresh {
  private Fresh() {}

  /** Weights of a base by full name; empty where only the graph is known. */
  interface Base extends Function<String, Optional<Weight>> {}

  static Adapter adapter(Graph injected, Base base, long seed) {
    return Adapter.of(injected, Parameters.of(values(injected, base, seed)));
  }

  static Adapter adapter(Parameterized base, LoraConfig config, long seed) {
    Set<String> copies = config.copies().names(base.graph(), config.targets());
    return adapter(base, Lorax.inject(base.graph(), config, copies), copies, seed);
  }

  static Adapter adapter(
      Parameterized base, LoraConfig config, Map<String, ? extends LowRank> ops, long seed) {
    Set<String> copies = config.copies().names(base.graph(), config.targets());
    Graph injected =
        Lorax.inject(
            base.graph(),
            node -> Optional.ofNullable(ops.get(node.name())),
            config.tokens(),
            copies);
    return adapter(base, injected, copies, seed);
  }

  private static Adapter adapter(
      Parameterized base, Graph injected, Set<String> copies, long seed) {
    Parameters weights = base.parameters();
    Map<String, Tensor> values = values(injected, name -> Optional.of(weights.weight(name)), seed);
    for (String name : copies) {
      values.put(name, copy(weights.weight(Untying.owner(base.graph(), name)), DType.F32));
    }
    return Adapter.of(injected, Parameters.of(values));
  }

  static Tensor copy(Weight weight, DType type) {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      return scope.release(weight.dense(type).copy());
    }
  }

  private static Map<String, Tensor> values(Graph injected, Base base, long seed) {
    Map<String, Tensor> values = new LinkedHashMap<>();
    for (Node node : injected.order()) {
      if (node.op() instanceof Adaptation) {
        values.putAll(first(injected, node, base, seed));
      }
    }
    return values;
  }

  /** Values that training leaves alone, where they follow from the base. */
  static Map<String, Tensor> frozen(Graph injected, Base base) {
    Map<String, Tensor> values = new LinkedHashMap<>();
    for (Node node : injected.order()) {
      if (node.op() instanceof Adaptation op && !op.frozen().isEmpty()) {
        Map<String, Tensor> first = first(injected, node, base, 0);
        for (String own : op.frozen()) {
          values.put(node.name() + "." + own, first.remove(node.name() + "." + own));
        }
        first.values().forEach(Tensor::close);
      }
    }
    return values;
  }

  private static Map<String, Tensor> first(Graph injected, Node node, Base base, long seed) {
    Node target = injected.nodes().get(node.inputs().get(0));
    String weight = target.parameter(target.op().parameters().get(0));
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      Beginning beginning = new Beginning(node.name(), seed, base.apply(weight));
      Map<String, Tensor> values = new LinkedHashMap<>();
      Map<String, Tensor> made = ((Adaptation) node.op()).first(beginning);
      node.op().parameters().stream()
          .filter(spec -> spec.tiedTo().isEmpty())
          .forEach(
              spec -> {
                Tensor value = made.get(spec.name()).to(DType.F32).contiguous();
                values.put(node.parameter(spec), scope.release(value.handle()));
              });
      return values;
    }
  }
}
