package dev.lorax.gguf;

import dev.lorax.graph.Node;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Factors;
import dev.lorax.lora.Lora;
import dev.lorax.model.LanguageModel;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
  private final Map<String, Factors> factors = new HashMap<>(); // likewise
  private final List<AdapterModule> adapted;

  /** Checks an adapter; what it computes lives in the open scope. */
  AdapterTensors(LanguageModel base, Adapter adapter) {
    this.adapter = adapter;
    this.map = GgufMap.of(base.architecture(), base.graph());
    this.loras =
        adapter.nodes().stream()
            .collect(Collectors.toMap(lora -> adapter.target(lora).name(), lora -> lora));
    requirePlain();
    this.adapted =
        AdapterModule.of(map, base.graph()).stream()
            .filter(module -> !adaptedNodes(module).isEmpty())
            .toList();
    requireAll(base);
  }

  /** Whatever else than a product an adapter is, a file has no place for. */
  private void requirePlain() {
    Set<String> more = new LinkedHashSet<>(adapter.copies());
    for (Node node : adapter.adaptations()) {
      String target = adapter.target(node).name();
      Optional<Factors> product =
          loras.containsKey(target) ? adapter.plain(node) : Optional.empty();
      product.ifPresentOrElse(
          plain -> factors.put(target, plain),
          () -> more.add("%s (%s)".formatted(target, node.op())));
    }
    if (!more.isEmpty()) {
      throw new IllegalArgumentException(
          ("An adapter in GGUF is products of A and B alone, so what is learned for %s would be"
                  + " lost: merge it into the model, and write that")
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
    Stream<Tensor> parts = adaptedNodes(module).stream().map(node -> factors.get(node.name()).a());
    return sharesA(module)
        ? parts.findFirst().orElseThrow()
        : Tensor.cat(0, parts.toArray(Tensor[]::new));
  }

  private Tensor b(AdapterModule module) {
    List<Tensor> parts = new ArrayList<>();
    long column = 0;
    for (Node node : module.nodes()) {
      Tensor rows = Tensor.zeros(DType.F32, AdapterModule.out(node), rank(module));
      if (factors.containsKey(node.name())) {
        Tensor b = factors.get(node.name()).b();
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
    return module.nodes().stream().filter(node -> factors.containsKey(node.name())).toList();
  }

  private boolean sharesA(AdapterModule module) {
    return adaptedNodes(module).stream().map(this::ownerOfA).distinct().count() == 1;
  }

  private String ownerOfA(Node target) {
    Node node = loras.get(target.name());
    String own = node.name() + ".a";
    return node.op() instanceof Lora lora ? lora.sharedA().orElse(own) : own;
  }

  private long rank(AdapterModule module) {
    Stream<Factors> parts = adaptedNodes(module).stream().map(node -> factors.get(node.name()));
    return sharesA(module)
        ? parts.findFirst().orElseThrow().rank()
        : parts.mapToLong(Factors::rank).sum();
  }

  private double scale(Node target) {
    return adapter.lora(loras.get(target.name())).scale();
  }
}
