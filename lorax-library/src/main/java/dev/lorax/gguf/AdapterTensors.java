package dev.lorax.gguf;

import dev.lorax.graph.Node;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Lora;
import dev.lorax.lora.Lorax;
import dev.lorax.model.LanguageModel;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * An adapter's A and B as llama.cpp wants them.
 *
 * <p>Where a tensor holds several adapted nodes that share one A, their B's are laid below each
 * other; otherwise the A's are stacked and the B's laid block-diagonally. Both are exact.
 */
final class AdapterTensors {
  private final Adapter adapter;
  private final GgufMap map;
  private final Map<String, Node> loras; // by the adapted node's name
  private final List<AdapterModule> adapted;

  AdapterTensors(LanguageModel base, Adapter adapter) {
    this.adapter = adapter;
    this.map = GgufMap.of(base.architecture());
    this.loras =
        adapter.nodes().stream()
            .collect(Collectors.toMap(lora -> adapter.target(lora).name(), lora -> lora));
    this.adapted =
        AdapterModule.of(map, Lorax.remove(adapter.graph())).stream()
            .filter(module -> !adaptedNodes(module).isEmpty())
            .toList();
    requirePlain();
    requireAll(base);
  }

  /** Whatever an adapter learns beside A and B, a file has no place for. */
  private void requirePlain() {
    Set<String> more = new LinkedHashSet<>(adapter.parameters().names());
    for (Node lora : adapter.nodes()) {
      more.remove(lora.parameter(lora.op().parameters().get(0)));
      more.remove(lora.parameter(lora.op().parameters().get(1)));
    }
    if (!more.isEmpty()) {
      throw new IllegalArgumentException(
          ("An adapter in GGUF is A and B alone, so %s would be lost:"
                  + " merge it into the model, and write that")
              .formatted(String.join(", ", more)));
    }
  }

  private void requireAll(LanguageModel base) {
    Set<String> lost = new LinkedHashSet<>(loras.keySet());
    for (AdapterModule module : adapted) {
      module
          .obstacle(base.graph())
          .ifPresent(
              why -> {
                throw new IllegalArgumentException(
                    ("The adapter of %s cannot be written as GGUF: %s;"
                            + " leave it out of the targets, or merge it")
                        .formatted(module.nodes().get(0).name(), why));
              });
      module.nodes().forEach(node -> lost.remove(node.name()));
    }
    if (!lost.isEmpty()) {
      throw new IllegalArgumentException(
          "GGUF has no place for the adapters of %s: leave them out of the targets, or merge them"
              .formatted(String.join(", ", lost)));
    }
  }

  String architecture() {
    return map.architecture();
  }

  /** The one alpha of the file: that with which the first tensor needs no correction. */
  double alpha() {
    AdapterModule first = adapted.get(0);
    return scale(adaptedNodes(first).get(0)) * rank(first);
  }

  /** A and B of each adapted tensor; they live in the open scope. */
  Map<String, Tensor> tensors() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (AdapterModule module : adapted) {
      Tensor a = a(module);
      tensors.put(module.a(), module.isEmbedding() ? a.transpose(0, 1) : a);
      tensors.put(module.b(), map.toFile(module.tensor(), b(module)));
    }
    return tensors;
  }

  private Tensor a(AdapterModule module) {
    List<Node> nodes = adaptedNodes(module);
    return sharesA(module)
        ? adapter.a(lora(nodes.get(0)))
        : Tensor.cat(0, nodes.stream().map(this::lora).map(adapter::a).toArray(Tensor[]::new));
  }

  private Tensor b(AdapterModule module) {
    List<Tensor> parts = new ArrayList<>();
    long column = 0;
    for (Node node : module.nodes()) {
      Tensor rows = Tensor.zeros(DType.F32, AdapterModule.out(node), rank(module));
      if (loras.containsKey(node.name())) {
        Tensor b = adapter.b(lora(node));
        double correction = scale(node) * rank(module) / alpha();
        // Where file and adapter agree, a last bit of the quotient must not change B.
        Tensor scaled = Math.abs(correction - 1) < 1e-12 ? b : b.mul(correction);
        rows.narrow(1, column, b.size(1)).copyInPlace(scaled);
        column += sharesA(module) ? 0 : b.size(1);
      }
      parts.add(rows);
    }
    return Tensor.cat(0, parts.toArray(Tensor[]::new));
  }

  private List<Node> adaptedNodes(AdapterModule module) {
    return module.nodes().stream().filter(node -> loras.containsKey(node.name())).toList();
  }

  private boolean sharesA(AdapterModule module) {
    return adaptedNodes(module).stream()
            .map(this::lora)
            .map(lora -> lora.parameter(lora.op().parameters().get(0)))
            .distinct()
            .count()
        == 1;
  }

  private long rank(AdapterModule module) {
    List<Node> nodes = adaptedNodes(module);
    return sharesA(module)
        ? adapter.b(lora(nodes.get(0))).size(1)
        : nodes.stream().mapToLong(node -> adapter.b(lora(node)).size(1)).sum();
  }

  private Node lora(Node target) {
    return loras.get(target.name());
  }

  private double scale(Node target) {
    return ((Lora) lora(target).op()).scale();
  }
}
