package dev.lorax.lora;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.graph.ParameterSpec;
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
import java.util.function.Function;

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
   * @throws IllegalArgumentException if a weight is shared with another node (a tied output head or
   *     embedding), since the change would reach both
   */
  public static Merge of(Parameterized base, Adapter adapter) {
    return of(base, adapter, weight -> weight instanceof Tensor plain ? plain.dtype() : DType.F32);
  }

  /**
   * Merges an adapter into a base; merged weights get that element type.
   *
   * @throws IllegalArgumentException if a weight is shared with another node
   */
  public static Merge of(Parameterized base, Adapter adapter, DType type) {
    return of(base, adapter, weight -> type);
  }

  /**
   * Checks that an adapter can be merged: before long training, for example.
   *
   * @throws IllegalArgumentException if a weight is shared with another node
   */
  public static void check(Adapter adapter) {
    Graph base = Lorax.remove(adapter.graph());
    adapter.nodes().forEach(lora -> refuseTied(base, adapter.target(lora)));
  }

  private static Merge of(Parameterized base, Adapter adapter, Function<Weight, DType> type) {
    check(adapter);
    Parameters before = base.parameters().and(adapter.trained());
    Map<String, Tensor> values = new LinkedHashMap<>();
    List<Change> changes = new ArrayList<>();
    for (Node node : adapter.adaptations()) {
      Node target = adapter.target(node);
      Function<String, String> name = parameter -> target.name() + "." + parameter;
      try (Scope scope = new Scope();
          Gradients off = Gradients.off()) {
        Function<String, Tensor> weights =
            parameter -> before.weight(name.apply(parameter)).dense(DType.F32);
        merged(adapter, node, weights)
            .forEach(
                (parameter, exact) -> {
                  Weight weight = base.parameters().weight(name.apply(parameter));
                  Tensor rounded = exact.to(type.apply(weight));
                  values.put(name.apply(parameter), scope.release(rounded.contiguous().handle()));
                  double change = exact.sub(weight.dense(DType.F32)).norm().item();
                  double lost = rounded.to(DType.F32).sub(exact).norm().item();
                  if (parameter.equals("weight")) {
                    changes.add(new Change(target.name(), change, lost));
                  }
                });
      }
    }
    copies(base, adapter, type, values);
    return new Merge(
        Lorax.remove(adapter.graph()), base.parameters(), Parameters.of(values), changes);
  }

  private static Map<String, Tensor> merged(
      Adapter adapter, Node node, Function<String, Tensor> weights) {
    try {
      return ((Adaptation) node.op()).merge(weights, adapter.values(node));
    } catch (IllegalArgumentException unfit) {
      throw new IllegalArgumentException(
          "%s cannot be merged: %s".formatted(adapter.target(node).name(), unfit.getMessage()));
    }
  }

  /** Parameters of the base that were trained themselves, and to which nothing is added. */
  private static void copies(
      Parameterized base,
      Adapter adapter,
      Function<Weight, DType> type,
      Map<String, Tensor> values) {
    try (Scope scope = new Scope()) {
      for (String name : adapter.copies()) {
        if (!values.containsKey(name)) {
          Tensor trained = adapter.parameters().get(name);
          DType wanted = type.apply(base.parameters().weight(Untying.owner(base.graph(), name)));
          values.put(name, scope.release(trained.to(wanted).copy()));
        }
      }
    }
  }

  /** The original graph. */
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

  private static void refuseTied(Graph graph, Node target) {
    String weight = target.name() + ".weight";
    boolean borrows = target.op() instanceof Dense dense && dense.tiedTo().isPresent();
    boolean lends =
        graph.nodes().values().stream()
            .flatMap(node -> node.op().parameters().stream())
            .map(ParameterSpec::tiedTo)
            .anyMatch(owner -> owner.filter(weight::equals).isPresent());
    if (borrows || lends) {
      throw new IllegalArgumentException(
          ("The weight of %s is tied: embedding and output head share it, and a merge would change "
                  + "both. Keep the adapter unmerged, or train it on other nodes")
              .formatted(target.name()));
    }
  }
}
