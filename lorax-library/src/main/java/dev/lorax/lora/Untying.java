package dev.lorax.lora;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.op.Dense;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Gives an output head that shares the embedding's table a weight of its own, where it is trained
 * itself.
 */
public final class Untying {
  private Untying() {}

  /**
   * The graph in which tied heads have their own weight, if that is among those names.
   *
   * @return this very graph if none is
   * @throws IllegalArgumentException if the table that a head shares is among the names, and the
   *     head's weight is not
   */
  static Graph rewrite(Graph graph, Set<String> names) {
    SortedMap<Integer, Node> nodes = new TreeMap<>(graph.nodes());
    for (Node node : graph.nodes().values()) {
      if (node.op() instanceof Dense dense && dense.tiedTo().isPresent()) {
        String own = node.name() + ".weight";
        if (names.contains(own)) {
          Dense apart = new Dense(dense.in(), dense.out(), dense.bias());
          nodes.put(node.id(), new Node(node.id(), node.name(), apart, node.inputs()));
        } else if (names.contains(dense.tiedTo().get())) {
          throw new IllegalArgumentException(
              "%s shares the table of %s: train both, or neither"
                  .formatted(node.name(), dense.tiedTo().get()));
        }
      }
    }
    return nodes.equals(graph.nodes()) ? graph : new Graph(nodes, graph.output());
  }

  /** The full name under which a base keeps a parameter: the owner's, where it is tied. */
  public static String owner(Graph base, String name) {
    int dot = name.lastIndexOf('.');
    return base.node(name.substring(0, dot))
        .flatMap(
            node ->
                node.op().parameters().stream()
                    .filter(spec -> spec.name().equals(name.substring(dot + 1)))
                    .map(node::parameter)
                    .findFirst())
        .orElse(name);
  }
}
