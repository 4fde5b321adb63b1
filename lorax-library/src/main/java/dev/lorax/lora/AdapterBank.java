package dev.lorax.lora;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.graph.Parameters;
import dev.lorax.graph.Variants;
import dev.lorax.op.Choice;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Many adapters over one base, of which each sequence of a batch chooses its own, or none.
 *
 * <p>A rewrite of the base's graph, like injection. For each adapted node the A's of all adapters
 * are stacked, and so are the B's: two products whatever the number of adapters, where a row's
 * scale is 0 for all adapters but its own. Adding zeros is exact, so a row has the value that its
 * adapter alone gives it; adapters may differ in rank, alpha and targets. The cost of the products
 * grows with the sum of the ranks, not with the size of the batch.
 *
 * <pre>{@code
 * try (AdapterBank bank = AdapterBank.of(base.graph(), Map.of("pirate", pirate, "poet", poet))) {
 *   Generation.of(base, bank).generate(
 *       List.of(Prompt.of("Dear all,", "pirate"), Prompt.of("Dear all,")));
 * }
 * }</pre>
 *
 * <p>The base's parameters are not in it; the adapters' are copied, so that they may be closed.
 * Close it when done.
 */
public final class AdapterBank implements Variants, AutoCloseable {
  private final Graph graph;
  private final Parameters parameters;
  private final Parameters owned;
  private final List<String> names;

  private AdapterBank(Graph graph, Parameters parameters, Parameters owned, List<String> names) {
    this.graph = graph;
    this.parameters = parameters;
    this.owned = owned;
    this.names = List.copyOf(names);
  }

  /**
   * A bank of adapters by name, for inference.
   *
   * @param base the graph into which each of them was injected
   * @throws IllegalArgumentException if there is none, or one belongs to another graph or holds a
   *     value that is no finite number, which would spoil every row of a batch
   */
  public static AdapterBank of(Graph base, Map<String, Adapter> adapters) {
    if (adapters.isEmpty()) {
      throw new IllegalArgumentException("A bank needs at least one adapter");
    }
    Map<String, Adapter> ordered = new LinkedHashMap<>(adapters);
    ordered.forEach((name, adapter) -> check(base, name, adapter));
    BankRewrite rewrite = new BankRewrite(base, List.copyOf(ordered.values()));
    Parameters values = Parameters.of(rewrite.values());
    return new AdapterBank(rewrite.graph(), values, values, List.copyOf(ordered.keySet()));
  }

  /**
   * This bank with more to choose from: sums of its adapters' changes, each times a weight of any
   * sign. {@code Map.of("loud", Map.of("pirate", 1.5), "both", Map.of("pirate", 0.7, "poet",
   * -0.2))} has one adapter at another scale, and two at once.
   *
   * <p>A sum costs a row of scales, and no more time than one adapter: it can be made for a single
   * call. Matrices are shared, so this bank must stay open; close what is given, too.
   *
   * @throws IllegalArgumentException if a name is taken, an adapter is not here, or a weight is no
   *     finite number
   */
  public AdapterBank mixing(Map<String, Map<String, Double>> sums) {
    List<String> all = new ArrayList<>(names);
    float[] weights = new float[sums.size() * (1 + names.size())];
    sums.forEach(
        (name, sum) -> {
          int start = (all.size() - names.size()) * (1 + names.size());
          sum.forEach((adapter, weight) -> weights[start + number(adapter)] = finite(name, weight));
          if (all.contains(name)) {
            throw new IllegalArgumentException("There is an adapter '%s' already".formatted(name));
          }
          all.add(name);
        });
    return mixing(all, weights);
  }

  private static float finite(String name, double weight) {
    if (!Double.isFinite(weight)) {
      throw new IllegalArgumentException(
          "'%s' has the weight %s: give a finite number".formatted(name, weight));
    }
    return (float) weight;
  }

  /** A sum's row of a table is the same sum of its adapters' rows. */
  private AdapterBank mixing(List<String> all, float[] weights) {
    SortedMap<Integer, Node> nodes = new TreeMap<>(graph.nodes());
    Map<String, Tensor> tables = new LinkedHashMap<>();
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      Tensor sums = Tensor.of(weights, all.size() - names.size(), 1 + names.size());
      for (Node node : graph.order()) {
        if (node.op() instanceof Choice choice) {
          Choice larger = new Choice(1 + all.size(), choice.width());
          String table = node.parameter(choice.parameters().get(0));
          Tensor rows = parameters.get(table);
          nodes.put(node.id(), new Node(node.id(), node.name(), larger, node.inputs()));
          tables.put(table, scope.release(Tensor.cat(0, rows, sums.matmul(rows))));
        }
      }
    }
    Parameters own = Parameters.of(tables);
    return new AdapterBank(new Graph(nodes, graph.output()), parameters.and(own), own, all);
  }

  private static void check(Graph base, String name, Adapter adapter) {
    if (!Lorax.remove(adapter.graph()).equals(base)) {
      throw new IllegalArgumentException(
          "Adapter '%s' was made for another graph than the bank's base".formatted(name));
    }
    for (Node node : adapter.adaptations()) {
      String target = adapter.target(node).name();
      if (target.contains(".experts.")) { // their rows are not those that have chosen an adapter
        throw new IllegalArgumentException(
            "Adapter '%s' adapts %s: a bank holds no adapters of experts; use it alone"
                .formatted(name, target));
      }
      if (!(node.op() instanceof LowRank) || adapter.plain(node).isEmpty()) {
        throw new IllegalArgumentException(
            "Adapter '%s' adapts %s by %s: a bank holds plain LoRA alone; convert the adapter"
                .formatted(name, target, node.op()));
      }
    }
    if (!adapter.copies().isEmpty()) {
      throw new IllegalArgumentException(
          "Adapter '%s' has values of its own for %s: a bank's adapters share the base's"
              .formatted(name, adapter.copies().iterator().next()));
    }
    try (Scope scope = new Scope()) {
      adapter.parameters().asMap().forEach((parameter, value) -> finite(name, parameter, value));
    }
  }

  private static void finite(String name, String parameter, Tensor value) {
    if (!Double.isFinite(value.abs().max().item())) {
      throw new IllegalArgumentException(
          "Adapter '%s' holds NaN or infinity in %s: it would spoil every row of a batch"
              .formatted(name, parameter));
    }
  }

  @Override
  public Graph graph() {
    return graph;
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public List<String> names() {
    return names;
  }

  @Override
  public void close() {
    owned.close();
  }
}
