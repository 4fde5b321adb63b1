package dev.lorax.peft;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.model.Architecture;
import dev.lorax.model.Source;
import dev.lorax.model.WeightMap;
import dev.lorax.op.Embedding;
import dev.lorax.op.Linear;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A module of the checkpoint that PEFT can adapt, and the nodes of ours that its matrix holds: one,
 * or several whose rows lie below each other, as query, key and value in GPT-2's {@code c_attn}.
 *
 * <p>Reading a fused module, A goes to each node, shared, and B is cut by rows. Writing, a shared A
 * goes back as it came; otherwise the A's are stacked and the B's laid block-diagonally, rank and
 * alpha growing alike. Both are exact.
 *
 * @param name in the checkpoint, for example {@code transformer.h.0.attn.c_attn}
 * @param parts the nodes whose rows the matrix holds
 */
record PeftModule(String name, List<Part> parts) {
  private static final String WEIGHT = ".weight";

  /**
   * A node, and where its weight lies in the matrix.
   *
   * @param node of the base
   * @param source of its weight
   */
  record Part(Node node, Source source) {
    int out() {
      return ((Linear) node.op()).out();
    }
  }

  /** All modules with a matrix that can be adapted, by the names that a table has for them. */
  static List<PeftModule> of(WeightMap map, Graph base) {
    List<PeftModule> modules = new ArrayList<>();
    map.tensors()
        .forEach(
            tensor -> {
              List<Part> parts =
                  map.parameters(tensor).stream()
                      .flatMap(name -> part(base, map, name).stream())
                      .toList();
              if (!parts.isEmpty()) {
                modules.add(new PeftModule(WeightMap.module(tensor), parts));
              }
            });
    return modules;
  }

  /** The names of all modules that have a weight, adaptable or not. */
  static List<String> names(Architecture architecture) {
    return architecture.weights().tensors().stream()
        .filter(tensor -> tensor.endsWith(WEIGHT))
        .map(WeightMap::module)
        .toList();
  }

  private static Optional<Part> part(Graph base, WeightMap map, String parameter) {
    return parameter.endsWith(WEIGHT)
        ? base.node(WeightMap.module(parameter))
            .filter(node -> node.op() instanceof Linear)
            .map(node -> new Part(node, map.source(parameter).orElseThrow()))
        : Optional.empty();
  }

  List<Node> nodes() {
    return parts.stream().map(Part::node).toList();
  }

  /** Whether the file keeps the matrix as [in, out]. */
  boolean isTransposed() {
    return parts.get(0).source().isTransposed();
  }

  boolean isEmbedding() {
    return parts.get(0).node().op() instanceof Embedding;
  }

  String keyA() {
    return "base_model.model." + name + (isEmbedding() ? ".lora_embedding_A" : ".lora_A.weight");
  }

  String keyB() {
    return "base_model.model." + name + (isEmbedding() ? ".lora_embedding_B" : ".lora_B.weight");
  }

  int in() {
    return ((Linear) parts.get(0).node().op()).in();
  }

  /** The rows of all its nodes together. */
  int out() {
    return parts.stream().mapToInt(Part::out).sum();
  }
}
