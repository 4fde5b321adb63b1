package dev.lorax.lora;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.op.Linear;
import java.util.List;

/**
 * The door to LoRA: injects adapters into a graph, and takes them out again.
 *
 * <p>Both are pure functions on graphs; the given graph is unchanged. The algorithm is that of the
 * Elixir package {@code lorax}: the target moves to a fresh id and the LoRA node takes its old one.
 */
public final class Lorax {
  private Lorax() {}

  /**
   * A graph in which every target is followed by a LoRA node named like it with {@code .lora}
   * added.
   *
   * @throws IllegalArgumentException if no node matches (the message lists the candidates), if a
   *     target is no linear op, if it has an adapter already, or if the rank exceeds its matrix
   */
  public static Graph inject(Graph graph, LoraConfig config) {
    if (config.targets() instanceof Targets targets) {
      targets.check(graph);
    }
    Graph injected =
        graph.insertAfter(config.targets(), (node, moved) -> successor(graph, node, moved, config));
    if (injected == graph) {
      throw new IllegalArgumentException(
          "No node matches the targets, so nothing would be trained. Nodes that can be adapted: "
              + String.join(", ", Targets.candidates(graph)));
    }
    return injected;
  }

  /** The graph without its LoRA nodes: the inverse of {@link #inject}. */
  public static Graph remove(Graph graph) {
    return graph.removeInserted(node -> node.op() instanceof Lora);
  }

  private static Node successor(Graph graph, Node target, Node moved, LoraConfig config) {
    if (!(target.op() instanceof Linear linear)) {
      throw new IllegalArgumentException(
          "Node %s is %s: LoRA adapts products with a matrix. Nodes that can be adapted: %s"
              .formatted(target.name(), target.op(), Targets.candidates(graph)));
    }
    String name = target.name() + ".lora";
    if (graph.node(name).isPresent()) {
      throw new IllegalArgumentException(
          "Node %s has an adapter already: inject into the base graph".formatted(target.name()));
    }
    if (config.rank() > Math.min(linear.in(), linear.out())) {
      throw new IllegalArgumentException(
          "Rank %d exceeds the matrix of %s, %d x %d: choose at most %d"
              .formatted(
                  config.rank(),
                  target.name(),
                  linear.out(),
                  linear.in(),
                  Math.min(linear.in(), linear.out())));
    }
    Lora lora =
        new Lora(
            linear,
            config.rank(),
            config.alpha(),
            config.dropout(),
            config.dropoutSeed(),
            config.initializer());
    return new Node(target.id(), name, lora, List.of(moved.id(), target.inputs().get(0)));
  }
}
