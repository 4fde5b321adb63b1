package dev.lorax.graph;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Builds a graph node by node, in the order of the paper.
 *
 * <p>Names are walked like directories: {@link #enter} and {@link #leave} keep them out of the
 * formulas.
 */
public final class GraphBuilder {
  private final SortedMap<Integer, Node> nodes = new TreeMap<>();
  private final Deque<String> path = new ArrayDeque<>();

  /** Prefixes the names that follow, until the matching {@link #leave}. */
  public GraphBuilder enter(String directory) {
    path.addLast(directory);
    return this;
  }

  /** Takes back the last prefix. */
  public GraphBuilder leave() {
    path.removeLast();
    return this;
  }

  /**
   * Adds a node and returns its id, to be passed as an input of later nodes.
   *
   * @param name its name below the directories entered
   */
  public int add(String name, Op op, int... inputs) {
    int id = nodes.size();
    String full = path.isEmpty() ? name : String.join(".", path) + "." + name;
    nodes.put(id, new Node(id, full, op, Arrays.stream(inputs).boxed().toList()));
    return id;
  }

  /** The graph whose value is that of node {@code output}. */
  public Graph build(int output) {
    return new Graph(nodes, output);
  }
}
