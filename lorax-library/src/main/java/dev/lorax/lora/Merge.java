package dev.lorax.lora;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.graph.Parameterized;
import dev.lorax.graph.Parameters;
import dev.lorax.op.Dense;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import dev.lorax.tensor.Weight;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The adapter's change added into the base's weights, as {@code W + scale · B · A} for plain LoRA,
 * formed in float32 and rounded once to the base's type.
 *
 * <p>The graph is the original one again. Weights that the adapter does not touch are the base's
 * own and must stay open. Close it when done.
 */
public final class Merge implements Parameterized, AutoCloseable {
  private final Graph graph;
  private final Parameters base;
  private final Parameters merged;
  private final List<Change> changes;

  private Merge(Graph graph, Parameters base, Parameters merged, List<Change> changes) {
    this.graph = graph;
    this.base = base;
    this.merged = merged;
    this.changes = List.copyOf(changes);
  }

  /**
   * What merging did to one weight.
   *
   * @param node the adapted node's name
   * @param change Euclidean norm of the exact change
   * @param rounding Euclidean norm of what rounding to the base's type added
   */
  public record Change(String node, double change, double rounding) {
    /** The rounding error as a share of the change, 0 for exact. */
    public double lostShare() {
      return change == 0 ? 0 : rounding / change;
    }
  }

  /**
   * Merges an adapter into a base; each weight keeps its element type.
   *
   * @throws IllegalArgumentException if a weight has no place for its change
   */
  public static Merge of(Parameterized base, Adapter adapter) {
    return of(base, adapter, weight -> weight instanceof Tensor plain ? plain.dtype() : DType.F32);
  }

  /**
   * Merges an adapter into a base; merged weights get that element type.
   *
   * @throws IllegalArgumentException if a weight has no place for its change
   */
  public static Merge of(Parameterized base, Adapter adapter, DType type) {
    return of(base, adapter, weight -> type);
  }

  /**
   * Whether merging an adapter gives an output head a weight of its own that shares the embedding's
   * now.
   */
  public static boolean parts(Adapter adapter) {
    return !untied(adapter).equals(Lorax.remove(adapter.graph()));
  }

  private static Merge of(Parameterized base, Adapter adapter, Function<Weight, DType> type) {
    Graph graph = untied(adapter);
    Function<String, Weight> weight = weights(base, adapter);
    Map<String, Tensor> values = new LinkedHashMap<>();
    List<Change> changes = new ArrayList<>();
    for (Node node : adapter.adaptations()) {
      Node target = adapter.target(node);
      Function<String, String> name = parameter -> target.name() + "." + parameter;
      try (Scope scope = new Scope();
          Gradients off = Gradients.off()) {
        exact(weight, adapter, node)
            .forEach(
                (own, exact) -> {
                  Weight original = weight.apply(name.apply(own));
                  Tensor rounded = exact.to(type.apply(original));
                  values.put(name.apply(own), scope.release(rounded.contiguous().handle()));
                  if (own.equals("weight")) {
                    changes.add(change(target.name(), original, exact, rounded));
                  }
                });
      }
    }
    for (String name : graph.parameters().keySet()) {
      boolean own = adapter.copies().contains(name) || !base.parameters().names().contains(name);
      if (own && !values.containsKey(name)) {
        DType wanted = type.apply(base.parameters().weight(Untying.owner(base.graph(), name)));
        values.put(name, Fresh.copy(weight.apply(name), wanted));
      }
    }
    return new Merge(graph, base.parameters(), Parameters.of(values), changes);
  }

  private static Change change(String node, Weight original, Tensor exact, Tensor rounded) {
    double change = exact.sub(original.dense(DType.F32)).norm().item();
    return new Change(node, change, rounded.to(DType.F32).sub(exact).norm().item());
  }

  /**
   * The original graph; an output head that shares the embedding's table has one of its own where
   * only one of them changes, or each in its own way.
   */
  private static Graph untied(Adapter adapter) {
    Graph graph = Lorax.remove(adapter.graph());
    Set<String> adapted =
        adapter.nodes().stream()
            .map(node -> adapter.target(node).name() + ".weight")
            .collect(Collectors.toSet());
    Set<String> heads =
        graph.nodes().values().stream()
            .filter(node -> node.op() instanceof Dense dense && dense.tiedTo().isPresent())
            .filter(
                node ->
                    adapted.contains(node.name() + ".weight")
                        || adapted.contains(((Dense) node.op()).tiedTo().orElseThrow()))
            .map(node -> node.name() + ".weight")
            .collect(Collectors.toSet());
    return Untying.rewrite(graph, heads);
  }

  /** The values before a merge by name: the base's, or copies; a tied name's owner's. */
  private static Function<String, Weight> weights(Parameterized base, Adapter adapter) {
    Parameters before = base.parameters().and(adapter.trained());
    return name ->
        before.names().contains(name)
            ? before.weight(name)
            : before.weight(Untying.owner(base.graph(), name));
  }

  /**
   * What one node makes of its target's parameters, by the target's names for them: float32, not
   * rounded, in the open scope.
   *
   * @throws IllegalArgumentException if the target has no place for the change
   */
  public static Map<String, Tensor> exact(Parameterized base, Adapter adapter, Node node) {
    return exact(weights(base, adapter), adapter, node);
  }

  private static Map<String, Tensor> exact(
      Function<String, Weight> weight, Adapter adapter, Node node) {
    String target = adapter.target(node).name();
    try {
      return ((Adaptation) node.op())
          .merge(own -> weight.apply(target + "." + own).dense(DType.F32), adapter.values(node));
    } catch (IllegalArgumentException unfit) {
      throw new IllegalArgumentException(
          "%s cannot be merged: %s".formatted(target, unfit.getMessage()));
    }
  }

  /**
   * The original graph. Where an adapter changed one of two tied weights, an output head's and the
   * embedding's, the head has a weight of its own.
   */
  @Override
  public Graph graph() {
    return graph;
  }

  /** All weights: the merged ones, and the base's own where nothing changed. */
  @Override
  public Parameters parameters() {
    return base.and(merged);
  }

  /** What happened to each adapted weight, in topological order. */
  public List<Change> changes() {
    return changes;
  }

  @Override
  public void close() {
    merged.close();
  }
}
