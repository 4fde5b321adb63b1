package dev.lorax.peft;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.model.Architecture;
import dev.lorax.op.Embedding;
import dev.lorax.op.Linear;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A module of the checkpoint that PEFT can adapt, and the nodes of ours that its matrix holds: one,
 * or several whose rows lie below each other, as query, key and value in GPT-2's {@code c_attn}.
 *
 * <p>Reading a fused module, A goes to each node, shared, and B is cut by rows. Writing, a shared A
 * goes back as it came; otherwise the A's are stacked and the B's laid block-diagonally, rank and
 * alpha growing alike. Both are exact.
 *
 * @param name in the checkpoint, for example {@code transformer.h.0.attn.c_attn}
 * @param nodes in the order of the matrix's rows
 * @param transposed whether the file keeps the matrix as [in, out]
 */
record PeftModule(String name, List<Node> nodes, boolean transposed) {
  private static final String WEIGHT = ".weight";

  /** All modules of an architecture with a matrix that can be adapted. */
  static List<PeftModule> of(Architecture architecture, Graph base) {
    List<PeftModule> modules = new ArrayList<>();
    for (Map.Entry<String, List<String>> group : architecture.weights().byTensor().entrySet()) {
      List<Node> nodes = group.getValue().stream().flatMap(name -> linear(base, name)).toList();
      if (!nodes.isEmpty()) {
        String parameter = group.getValue().get(0);
        boolean transposed = architecture.weights().source(parameter).orElseThrow().isTransposed();
        modules.add(new PeftModule(strip(group.getKey()), nodes, transposed));
      }
    }
    return modules;
  }

  /** The names of all modules that have a weight, adaptable or not. */
  static List<String> names(Architecture architecture) {
    return architecture.weights().byTensor().keySet().stream()
        .filter(tensor -> tensor.endsWith(WEIGHT))
        .map(PeftModule::strip)
        .toList();
  }

  private static Stream<Node> linear(Graph base, String parameter) {
    return parameter.endsWith(WEIGHT)
        ? base.node(strip(parameter)).filter(node -> node.op() instanceof Linear).stream()
        : Stream.empty();
  }

  private static String strip(String tensor) {
    return tensor.endsWith(WEIGHT)
        ? tensor.substring(0, tensor.length() - WEIGHT.length())
        : tensor;
  }

  boolean isEmbedding() {
    return nodes.get(0).op() instanceof Embedding;
  }

  String keyA() {
    return "base_model.model." + name + (isEmbedding() ? ".lora_embedding_A" : ".lora_A.weight");
  }

  String keyB() {
    return "base_model.model." + name + (isEmbedding() ? ".lora_embedding_B" : ".lora_B.weight");
  }

  int in() {
    return ((Linear) nodes.get(0).op()).in();
  }

  /** The rows of all its nodes together. */
  int out() {
    return nodes.stream().mapToInt(node -> ((Linear) node.op()).out()).sum();
  }
}
