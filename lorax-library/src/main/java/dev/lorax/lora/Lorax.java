package dev.lorax.lora;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.op.Linear;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The door to LoRA: injects adapters into a graph, and takes them out again.
 *
 * <p>Both are pure functions on graphs; the given graph is unchanged. The algorithm is that of the
 * Elixir package {@code lorax}: the target moves to a fresh id and the LoRA node takes its old one.
 */
public final class Lorax {
  private static final String SUFFIX = ".lora";

  private Lorax() {}

  /**
   * A graph in which every target is followed by a LoRA node named like it with {@code .lora}
   * added.
   *
   * @throws IllegalArgumentException if no node matches (the message lists the candidates), if a
   *     target is no linear op, if it has an adapter already, if the rank exceeds its matrix, or if
   *     parameters of the base are to be trained, which a graph alone does not say
   */
  public static Graph inject(Graph graph, LoraConfig config) {
    if (config.copies() != Copies.NONE) {
      throw new IllegalArgumentException(
          "Parameters of the base are to be trained, too: use Adapter.initial(base, config, seed)");
    }
    return inject(graph, config, Set.of());
  }

  /**
   * The graph for an adapter with all that a configuration says.
   *
   * @param copies full names of the base's parameters that the adapter holds itself
   * @throws IllegalArgumentException as the first method, but for parameters of the base
   */
  public static Graph inject(Graph graph, LoraConfig config, Set<String> copies) {
    if (config.targets() instanceof Targets targets) {
      targets.check(graph);
    }
    if (graph.nodes().values().stream().noneMatch(config.targets())) {
      throw new IllegalArgumentException(
          "No node matches the targets, so nothing would be trained. Nodes that can be adapted: "
              + String.join(", ", Targets.candidates(graph)));
    }
    return inject(graph, node -> choice(node, config), config.tokens(), copies);
  }

  /**
   * The same with another adapter for each node: the form that readers of adapter files use.
   *
   * @param choice the op that follows a node, or empty to leave the node alone
   * @return this very graph if nothing is chosen
   * @throws IllegalArgumentException if a node has an adapter already. A rank above the matrix's is
   *     wasteful but no error here: PEFT's files have them, most of all stacked ones
   */
  public static Graph inject(
      Graph graph, Function<Node, ? extends Optional<? extends LowRank>> choice) {
    Set<String> taken = graph.nodes().values().stream().map(Node::name).collect(Collectors.toSet());
    return graph.insertAfter(
        node -> choice.apply(node).isPresent(),
        (node, moved) -> successor(node, moved, choice.apply(node).orElseThrow(), taken));
  }

  /**
   * The same with trained rows of some tokens, and with heads of their own where their weights are
   * among the copies.
   *
   * @param copies full names of parameters of the base that an adapter holds itself
   */
  public static Graph inject(
      Graph graph,
      Function<Node, ? extends Optional<? extends LowRank>> choice,
      TokenIds tokens,
      Set<String> copies) {
    Graph injected = inject(Untying.rewrite(graph, copies), choice);
    return tokens.isEmpty() ? injected : TokenInjection.inject(injected, tokens);
  }

  /** The graph without its adaptations: the inverse of {@link #inject}. */
  public static Graph remove(Graph graph) {
    return graph.removeInserted(node -> node.op() instanceof Adaptation);
  }

  /** The name of the low-rank node behind a target of that name. */
  public static String adapterOf(String target) {
    return target + SUFFIX;
  }

  /** The name of the target, of that of the low-rank node behind it. */
  public static String targetOf(String adapter) {
    return adapter.substring(0, adapter.length() - SUFFIX.length());
  }

  private static Optional<LowRank> choice(Node node, LoraConfig config) {
    if (!config.targets().test(node)) {
      return Optional.empty();
    }
    if (node.op() instanceof Linear linear) {
      Lora lora = config.lora(node);
      requireUseful(lora.rank(), linear, node);
      return Optional.of(config.form().of(node, lora));
    }
    throw new IllegalArgumentException(
        "Node %s is %s: LoRA adapts products with a matrix, Dense or Embedding"
            .formatted(node.name(), node.op()));
  }

  private static Node successor(Node target, Node moved, LowRank op, Set<String> taken) {
    String name = adapterOf(target.name());
    if (taken.contains(name)) {
      throw new IllegalArgumentException(
          "Node %s has an adapter already: inject into the base graph".formatted(target.name()));
    }
    return new Node(target.id(), name, op, List.of(moved.id(), target.inputs().get(0)));
  }

  private static void requireUseful(int rank, Linear matrix, Node node) {
    int most = Math.min(matrix.in(), matrix.out());
    if (rank > most) {
      throw new IllegalArgumentException(
          "Rank %d exceeds the matrix of %s, %d x %d: choose at most %d"
              .formatted(rank, node.name(), matrix.out(), matrix.in(), most));
    }
  }
}
