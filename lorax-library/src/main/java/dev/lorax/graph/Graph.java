package dev.lorax.graph;

import dev.lorax.tensor.Shape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/**
 * A program as data: nodes by id, and the one whose value is the result.
 *
 * <p>Immutable; every rewrite gives a new graph. Equal models give equal graphs.
 *
 * @param nodes by id
 * @param output the id of the node whose value is the result
 */
public record Graph(SortedMap<Integer, Node> nodes, int output) {
  /**
   * Copies the nodes and checks them.
   *
   * @throws IllegalArgumentException if a name occurs twice, an input is unknown, or nodes depend
   *     on each other in a circle
   */
  public Graph {
    nodes = Collections.unmodifiableSortedMap(new TreeMap<>(nodes));
    if (!nodes.containsKey(output)) {
      throw new IllegalArgumentException("Unknown output node " + output);
    }
    checkNodes(nodes);
    sort(nodes, nodes.values());
  }

  /** All nodes, each after those it reads. */
  public List<Node> order() {
    return sort(nodes, nodes.values());
  }

  /** The nodes that one depends on, each after those it reads, and that node last. */
  public List<Node> orderTo(Node node) {
    return sort(nodes, List.of(node));
  }

  /** The node of that name, if there is one. */
  public Optional<Node> node(String name) {
    return nodes.values().stream().filter(node -> node.name().equals(name)).findFirst();
  }

  /** The node that produces the result. */
  public Node outputNode() {
    return nodes.get(output);
  }

  /** Full name and shape of every parameter, tied ones once, in topological order. */
  public Map<String, Shape> parameters() {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    for (Node node : order()) {
      for (ParameterSpec spec : node.op().parameters()) {
        if (spec.tiedTo().isEmpty()) {
          shapes.put(node.parameter(spec), spec.shape());
        }
      }
    }
    return shapes;
  }

  /** The number of trainable or frozen numbers in all parameters. */
  public long parameterCount() {
    return parameters().values().stream().mapToLong(Shape::size).sum();
  }

  /**
   * Inserts a node after each node that matches: the target moves to a fresh id and the successor
   * takes its old one, so that whoever read the target now reads the successor, and nobody
   * downstream is edited.
   *
   * @param successor from the target and the moved target to the new node, which must carry the
   *     target's id
   * @return this very object if nothing matches
   */
  public Graph insertAfter(Predicate<Node> targets, BiFunction<Node, Node, Node> successor) {
    SortedMap<Integer, Node> rewritten = new TreeMap<>(nodes);
    int fresh = nodes.lastKey();
    for (Node target : nodes.values()) {
      if (targets.test(target)) {
        Node moved = target.withId(++fresh);
        Node inserted = successor.apply(target, moved);
        if (inserted.id() != target.id()) {
          throw new IllegalArgumentException(
              "The successor of %s must take its id".formatted(target.name()));
        }
        rewritten.put(moved.id(), moved);
        rewritten.put(inserted.id(), inserted);
      }
    }
    return rewritten.size() == nodes.size() ? this : new Graph(rewritten, output);
  }

  /**
   * The inverse of {@link #insertAfter}: takes out each node that matches, and gives its id back to
   * the node that it reads first.
   *
   * @return this very object if nothing matches
   */
  public Graph removeInserted(Predicate<Node> inserted) {
    SortedMap<Integer, Node> rewritten = new TreeMap<>(nodes);
    for (Node node : nodes.values()) {
      if (inserted.test(node)) {
        Node moved = rewritten.remove(node.inputs().get(0));
        rewritten.put(node.id(), moved.withId(node.id()));
      }
    }
    return rewritten.size() == nodes.size() ? this : new Graph(rewritten, output);
  }

  /** A listing that a person can read: one line a node, names instead of ids. */
  @Override
  public String toString() {
    return Drawing.listing(this);
  }

  private static void checkNodes(SortedMap<Integer, Node> nodes) {
    Set<String> names = new HashSet<>();
    for (Map.Entry<Integer, Node> entry : nodes.entrySet()) {
      Node node = entry.getValue();
      if (node.id() != entry.getKey()) {
        throw new IllegalArgumentException(
            "Node %s is filed under another id".formatted(node.name()));
      }
      if (!names.add(node.name())) {
        throw new IllegalArgumentException("Two nodes are named " + node.name());
      }
      for (int input : node.inputs()) {
        if (!nodes.containsKey(input)) {
          throw new IllegalArgumentException(
              "Node %s reads unknown node %d".formatted(node.name(), input));
        }
      }
    }
  }

  /** Depth first from the lowest id up: stable, and the builder's own order where that is valid. */
  private static List<Node> sort(SortedMap<Integer, Node> nodes, Collection<Node> roots) {
    List<Node> sorted = new ArrayList<>(nodes.size());
    Map<Integer, Boolean> done = new HashMap<>(); // absent: new; false: on the way; true: sorted
    for (Node root : roots) {
      Deque<Node> stack = new ArrayDeque<>(List.of(root));
      while (!stack.isEmpty()) {
        Node node = stack.peek();
        Boolean state = done.get(node.id());
        if (state == null) {
          done.put(node.id(), false);
          push(nodes, node, done, stack);
        } else {
          stack.pop();
          if (!state) {
            done.put(node.id(), true);
            sorted.add(node);
          }
        }
      }
    }
    return List.copyOf(sorted);
  }

  private static void push(
      SortedMap<Integer, Node> nodes, Node node, Map<Integer, Boolean> done, Deque<Node> stack) {
    for (int i = node.inputs().size() - 1; i >= 0; i--) {
      Node input = nodes.get(node.inputs().get(i));
      Boolean state = done.get(input.id());
      if (state == null) {
        stack.push(input);
      } else if (!state) {
        throw new IllegalArgumentException("Node %s depends on itself".formatted(input.name()));
      }
    }
  }
}
