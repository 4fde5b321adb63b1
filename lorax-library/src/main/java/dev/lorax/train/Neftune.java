package dev.lorax.train;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.op.Embedding;
import dev.lorax.op.EmbeddingNoise;
import dev.lorax.op.Input;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Noise on the embeddings of tokens (Jain et al. 2023): a rewrite for {@link
 * TrainerBuilder#rewrite}.
 *
 * <p>Whoever read the embedding then reads it with noise; positions get none. Where the embedding
 * is adapted, the noise comes after its adapter.
 *
 * @param alpha the noise's size; the paper tries 5, 10 and 15
 */
public record Neftune(double alpha) implements UnaryOperator<Graph> {
  /** Checks the size. */
  public Neftune {
    if (!(alpha > 0) || Double.isInfinite(alpha)) {
      throw new IllegalArgumentException(
          "The size of noise on embeddings must be positive and finite, not " + alpha);
    }
  }

  /**
   * The graph with noise in it.
   *
   * @throws IllegalArgumentException if no node embeds the tokens
   */
  @Override
  public Graph apply(Graph graph) {
    Set<Integer> embeddings = Set.copyOf(embeddings(graph).values());
    if (embeddings.isEmpty()) {
      throw new IllegalArgumentException(
          "No node embeds the tokens, so there is no place for noise");
    }
    return graph.insertAfter(
        node -> embeddings.contains(node.id()),
        (node, moved) ->
            new Node(
                node.id(), node.name() + ".noise", new EmbeddingNoise(alpha), List.of(moved.id())));
  }

  /** For each lookup of tokens the node that has its value in the end: itself, or its adapter. */
  private static Map<Integer, Integer> embeddings(Graph graph) {
    Map<Integer, Integer> last = new HashMap<>();
    for (Node node : graph.order()) {
      int input = node.inputs().isEmpty() ? node.id() : node.inputs().get(0);
      boolean isAdapter = last.containsKey(input) && readsTokens(graph, node);
      if (node.op() instanceof Embedding && readsTokens(graph, node)) {
        last.put(node.id(), node.id());
      } else if (isAdapter) {
        last.put(input, node.id());
      }
    }
    return last;
  }

  private static boolean readsTokens(Graph graph, Node node) {
    return node.inputs().stream()
        .anyMatch(input -> graph.nodes().get(input).op().equals(Input.TOKENS));
  }
}
