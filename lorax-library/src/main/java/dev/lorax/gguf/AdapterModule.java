package dev.lorax.gguf;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.op.Embedding;
import dev.lorax.op.Linear;
import dev.lorax.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A tensor of the base's file that llama.cpp can adapt, and the nodes of ours that it holds: one,
 * or GPT-2's query, key and value.
 *
 * @param tensor its name, for example {@code blk.0.attn_qkv.weight}
 * @param nodes in the order of the tensor's rows
 */
record AdapterModule(String tensor, List<Node> nodes) {
  /** All of an architecture's, without regard to what llama.cpp makes of them. */
  static List<AdapterModule> of(GgufMap map, Graph base) {
    List<AdapterModule> modules = new ArrayList<>();
    for (Map.Entry<String, List<String>> group : map.weights().byTensor().entrySet()) {
      List<Node> nodes =
          group.getValue().stream()
              .filter(parameter -> parameter.endsWith(".weight"))
              .flatMap(parameter -> base.node(parameter.replaceFirst("\\.weight$", "")).stream())
              .filter(node -> node.op() instanceof Linear)
              .toList();
      if (!nodes.isEmpty()) {
        modules.add(new AdapterModule(group.getKey(), nodes));
      }
    }
    return modules;
  }

  /** Why llama.cpp cannot adapt it, if so. */
  Optional<String> obstacle(Graph base) {
    if (tensor.startsWith("position_embd.")) {
      return Optional.of("llama.cpp applies no adapter to learned positions");
    }
    boolean tied =
        base.nodes().values().stream()
            .flatMap(node -> node.op().parameters().stream())
            .anyMatch(spec -> spec.tiedTo().isPresent());
    return isEmbedding() && tied
        ? Optional.of("llama.cpp would apply it to the tied output head too")
        : Optional.empty();
  }

  boolean isEmbedding() {
    return nodes.get(0).op() instanceof Embedding;
  }

  String a() {
    return tensor + GgufAdapter.A;
  }

  String b() {
    return tensor + GgufAdapter.B;
  }

  /** The shape of A in the file: an embedding's is looked up, and so lies row by token. */
  Shape shapeOfA(long rank) {
    int in = ((Linear) nodes.get(0).op()).in();
    return isEmbedding() ? Shape.of(in, rank) : Shape.of(rank, in);
  }

  Shape shapeOfB(long rank) {
    return Shape.of(nodes.stream().mapToLong(AdapterModule::out).sum(), rank);
  }

  static long out(Node node) {
    return ((Linear) node.op()).out();
  }
}
