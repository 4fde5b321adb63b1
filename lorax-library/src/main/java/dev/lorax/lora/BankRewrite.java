package dev.lorax.lora;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.graph.Op;
import dev.lorax.op.Choice;
import dev.lorax.op.Embedding;
import dev.lorax.op.Linear;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Puts a bank's nodes into a graph and stacks the adapters' values for them.
 *
 * <pre>
 * choice ──────────────▶ down ─┬──▶ up (takes the target's id)
 * input  ─┬─────────────▶      │
 *         └─▶ target (moved) ──┘
 * </pre>
 */
final class BankRewrite {
  private final List<Adapter> adapters;
  private final SortedMap<Integer, Node> nodes;
  private final int output;
  private final Map<String, Tensor> values = new LinkedHashMap<>();
  private final Map<List<Column>, Node> choices = new HashMap<>();

  /** The columns of one adapter in a product: {@code adapter} counts from 0. */
  private record Column(int adapter, int rank, double scale) {}

  /** One adapter's change of a node. */
  private record Member(int adapter, Factors factors, double scale) {
    Column column() {
      return new Column(adapter, factors.rank(), scale);
    }
  }

  BankRewrite(Graph base, List<Adapter> adapters) {
    this.adapters = adapters;
    this.nodes = new TreeMap<>(base.nodes());
    this.output = base.output();
    Map<Integer, Map<Node, List<Member>>> byInput = new LinkedHashMap<>();
    for (Node target : base.order()) {
      List<Member> members = members(target);
      if (!members.isEmpty()) {
        byInput
            .computeIfAbsent(target.inputs().get(0), input -> new LinkedHashMap<>())
            .put(target, members);
      }
    }
    byInput.forEach(this::insert);
  }

  Graph graph() {
    return new Graph(nodes, output);
  }

  Map<String, Tensor> values() {
    return values;
  }

  private List<Member> members(Node target) {
    List<Member> members = new ArrayList<>();
    for (int i = 0; i < adapters.size(); i++) {
      int number = i;
      Adapter adapter = adapters.get(i);
      adapter
          .graph()
          .node(Lorax.adapterOf(target.name()))
          .ifPresent(
              node ->
                  members.add(
                      new Member(
                          number, adapter.plain(node).orElseThrow(), adapter.lora(node).scale())));
    }
    return members;
  }

  /** One product down for all targets that read a value, and one up for each of them. */
  private void insert(int input, Map<Node, List<Member>> targets) {
    List<Member> all = targets.values().stream().flatMap(List::stream).toList();
    Node first = targets.keySet().iterator().next();
    boolean lookup = first.op() instanceof Embedding;
    Node choice = choice(all.stream().map(Member::column).toList());
    BankDown op = new BankDown(((Linear) first.op()).in(), rank(all), lookup);
    Node down = add(first.name() + ".bank_down", op, List.of(input, choice.id()));
    values.put(down.name() + ".a", stack(Factors::a, all, 0));
    int column = 0;
    for (Map.Entry<Node, List<Member>> entry : targets.entrySet()) {
      Node target = entry.getKey();
      List<Member> members = entry.getValue();
      Node moved = add(target.name(), target.op(), target.inputs());
      BankUp up = new BankUp(column, rank(members), ((Linear) target.op()).out());
      String name = target.name() + ".bank_up";
      nodes.put(target.id(), new Node(target.id(), name, up, List.of(moved.id(), down.id())));
      values.put(name + ".b", stack(Factors::b, members, 1));
      column += up.rank();
    }
  }

  /** The node that gives each row its scales; products with the same columns share it. */
  private Node choice(List<Column> columns) {
    Node known = choices.get(columns);
    if (known != null) {
      return known;
    }
    int width = columns.stream().mapToInt(Column::rank).sum();
    int rows = 1 + adapters.size();
    String name = "adapters.scales." + choices.size();
    Node choice = add(name, new Choice(rows, width), List.of());
    float[] table = new float[rows * width];
    int start = 0;
    for (Column column : columns) {
      int row = 1 + column.adapter();
      for (int i = start; i < start + column.rank(); i++) {
        table[row * width + i] = (float) column.scale();
      }
      start += column.rank();
    }
    try (Scope scope = new Scope()) {
      values.put(name + ".table", scope.release(Tensor.of(table, rows, width)));
    }
    choices.put(columns, choice);
    return choice;
  }

  private Node add(String name, Op op, List<Integer> inputs) {
    Node node = new Node(nodes.lastKey() + 1, name, op, inputs);
    nodes.put(node.id(), node);
    return node;
  }

  private static int rank(List<Member> members) {
    return members.stream().mapToInt(member -> member.column().rank()).sum();
  }

  /** All A's or all B's side by side, float32. */
  private static Tensor stack(Function<Factors, Tensor> part, List<Member> members, int dimension) {
    try (Scope scope = new Scope()) {
      Tensor[] parts =
          members.stream()
              .map(member -> part.apply(member.factors()).detach().to(DType.F32))
              .toArray(Tensor[]::new);
      return scope.release(Tensor.cat(dimension, parts));
    }
  }
}
