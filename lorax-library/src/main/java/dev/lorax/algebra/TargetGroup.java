package dev.lorax.algebra;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Factors;
import dev.lorax.lora.Lora;
import dev.lorax.lora.Lorax;
import dev.lorax.op.Linear;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Nodes that are changed as one matrix, their rows below each other: those that share an A, as
 * query, key and value of a fused projection do; or a single one.
 *
 * @param targets the adapted nodes, in topological order
 */
record TargetGroup(List<Node> targets) {
  /** A change {@code scale · B · A} of all rows. */
  record Change(Factors factors, double scale) {
    /** The same with the scale in B. */
    Factors scaled() {
      return new Factors(factors.a(), factors.b().mul(scale));
    }
  }

  /** The groups of a base's nodes that adapters change; an A shared in one of them joins nodes. */
  static List<TargetGroup> of(Graph base, List<Adapter> adapters) {
    Map<String, Set<String>> groups = new LinkedHashMap<>(); // by each name in it
    for (Adapter adapter : adapters) {
      adapter.nodes().stream()
          .collect(
              Collectors.groupingBy(
                  node -> adapter.lora(node).sharedA().orElse(node.name() + ".a"),
                  Collectors.mapping(node -> adapter.target(node).name(), Collectors.toSet())))
          .values()
          .forEach(names -> join(groups, names));
    }
    return base.order().stream()
        .filter(node -> groups.containsKey(node.name()))
        .collect(
            Collectors.groupingBy(
                node -> groups.get(node.name()), LinkedHashMap::new, Collectors.toList()))
        .values()
        .stream()
        .map(TargetGroup::new)
        .toList();
  }

  private static void join(Map<String, Set<String>> groups, Set<String> names) {
    Set<String> joint = new TreeSet<>(names);
    names.forEach(name -> joint.addAll(groups.getOrDefault(name, Set.of())));
    joint.forEach(name -> groups.put(name, joint));
  }

  /** The groups of one adapter. */
  static List<TargetGroup> of(Adapter adapter) {
    return of(Lorax.remove(adapter.graph()), List.of(adapter));
  }

  /** The first node's name and the others' last names: {@code self_attention.query+key+value}. */
  String name() {
    return targets.get(0).name()
        + targets.stream().skip(1).map(node -> "+" + node.lastName()).collect(Collectors.joining());
  }

  /** The nodes of an adapter that change these; a target may have none. */
  List<Node> adaptations(Adapter adapter) {
    Set<String> names = new LinkedHashSet<>(targets.stream().map(Node::name).toList());
    return adapter.nodes().stream()
        .filter(node -> names.contains(adapter.target(node).name()))
        .toList();
  }

  /** Whether an adapter's change of these is a plain product. */
  boolean isPlain(Adapter adapter) {
    return adaptations(adapter).stream().allMatch(node -> adapter.plain(node).isPresent());
  }

  /**
   * An adapter's change as one product; where its nodes have A's of their own, these are stacked,
   * and the B's laid block-diagonally. Empty if it changes none of them.
   */
  Optional<Change> change(Adapter adapter) {
    List<Node> nodes = adaptations(adapter);
    if (nodes.isEmpty()) {
      return Optional.empty();
    }
    Map<String, Factors> factors = new LinkedHashMap<>(); // by target, B times its share of scale
    double scale = adapter.lora(nodes.get(0)).scale();
    for (Node node : nodes) {
      Factors own = adapter.plain(node).orElseThrow();
      double share = adapter.lora(node).scale() / scale;
      Tensor b = share == 1 ? own.b() : own.b().mul(share);
      factors.put(adapter.target(node).name(), new Factors(own.a(), b));
    }
    return Optional.of(new Change(stacked(factors), scale));
  }

  private Factors stacked(Map<String, Factors> factors) {
    List<Tensor> as = factors.values().stream().map(Factors::a).distinct().toList();
    int rank = as.stream().mapToInt(TargetGroup::rank).sum();
    List<Tensor> rows = new ArrayList<>();
    for (Node target : targets) {
      Tensor block = Tensor.zeros(DType.F32, ((Linear) target.op()).out(), rank);
      Factors own = factors.get(target.name());
      if (own != null) {
        int column = as.stream().takeWhile(a -> a != own.a()).mapToInt(TargetGroup::rank).sum();
        block.narrow(1, column, own.rank()).copyInPlace(own.b());
      }
      rows.add(block);
    }
    return new Factors(
        Tensor.cat(0, as.toArray(Tensor[]::new)), Tensor.cat(0, rows.toArray(Tensor[]::new)));
  }

  private static int rank(Tensor a) {
    return (int) a.size(0);
  }

  /** Plain ops for the nodes, of scale 1, the first of which owns the A. */
  Map<String, Lora> ops(int rank) {
    Map<String, Lora> ops = new LinkedHashMap<>();
    Optional<String> owner = Optional.empty();
    for (Node target : targets) {
      Lora own = Lora.of((Linear) target.op(), rank, rank);
      ops.put(
          target.name(),
          new Lora(own.target(), rank, own.scaling(), own.dropout(), own.start(), owner));
      owner = Optional.of(Lorax.adapterOf(targets.get(0).name()) + ".a");
    }
    return ops;
  }
}
