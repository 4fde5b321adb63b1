package dev.lorax.lora;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.graph.Parameterized;
import dev.lorax.graph.Parameters;
import dev.lorax.tensor.Tensor;
import java.util.List;

/**
 * A graph with LoRA nodes, and the values of their A and B: all that training changes.
 *
 * <p>The base's parameters are not in it. Close it when done.
 */
public final class Adapter implements Parameterized, AutoCloseable {
  private final Graph graph;
  private final Parameters parameters;

  private Adapter(Graph graph, Parameters parameters) {
    this.graph = graph;
    this.parameters = parameters;
  }

  /**
   * A fresh adapter, which changes nothing yet: A by the graph's initialiser, B zero.
   *
   * @param injected a graph from {@link Lorax#inject}
   * @param seed the same seed gives the same A
   */
  public static Adapter initial(Graph injected, long seed) {
    return of(injected, Parameters.initial(injected, Adapter::isLora, seed));
  }

  /**
   * An adapter with given values; takes charge of them.
   *
   * @throws IllegalArgumentException if the graph has no LoRA node
   */
  public static Adapter of(Graph injected, Parameters values) {
    if (injected.nodes().values().stream().noneMatch(Adapter::isLora)) {
      throw new IllegalArgumentException("The graph has no LoRA node: use Lorax.inject first");
    }
    return new Adapter(injected, values);
  }

  @Override
  public Graph graph() {
    return graph;
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  /** The LoRA nodes, in topological order. */
  public List<Node> nodes() {
    return graph.order().stream().filter(Adapter::isLora).toList();
  }

  /** The node that a LoRA node adapts. */
  public Node target(Node lora) {
    return graph.nodes().get(lora.inputs().get(0));
  }

  /** A of a LoRA node, [r, in]; other nodes may share it. */
  public Tensor a(Node lora) {
    return parameters.get(lora.parameter(lora.op().parameters().get(0)));
  }

  /** B of a LoRA node, [out, r]. */
  public Tensor b(Node lora) {
    return parameters.get(lora.parameter(lora.op().parameters().get(1)));
  }

  @Override
  public void close() {
    parameters.close();
  }

  private static boolean isLora(Node node) {
    return node.op() instanceof Lora;
  }
}
