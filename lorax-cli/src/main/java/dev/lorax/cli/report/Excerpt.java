package dev.lorax.cli.report;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import java.util.List;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One block of a model's graph, with what it reads from outside: short enough to be read. */
public final class Excerpt {
  private static final Pattern BLOCK = Pattern.compile("^(.*\\.blocks\\.)(\\d+)\\..*");

  private Excerpt() {}

  /** How many blocks a graph has. */
  public static int blocks(Graph graph) {
    return graph.nodes().values().stream()
            .map(node -> block(node))
            .filter(OptionalInt::isPresent)
            .mapToInt(OptionalInt::getAsInt)
            .max()
            .orElse(-1)
        + 1;
  }

  /**
   * The nodes of one block. Nodes outside that it reads stand there too, reading nothing.
   *
   * @throws IllegalArgumentException if there is no such block
   */
  public static Graph of(Graph graph, int number) {
    List<Node> inside =
        graph.order().stream().filter(node -> block(node).equals(OptionalInt.of(number))).toList();
    if (inside.isEmpty()) {
      throw new IllegalArgumentException(
          "There is no block %d: give one from 0 to %d".formatted(number, blocks(graph) - 1));
    }
    SortedMap<Integer, Node> nodes = new TreeMap<>();
    for (Node node : inside) {
      for (int input : node.inputs()) {
        Node read = graph.nodes().get(input);
        nodes.putIfAbsent(input, new Node(input, read.name(), read.op(), List.of()));
      }
    }
    inside.forEach(node -> nodes.put(node.id(), node));
    return new Graph(nodes, inside.get(inside.size() - 1).id());
  }

  private static OptionalInt block(Node node) {
    Matcher matcher = BLOCK.matcher(node.name());
    return matcher.matches()
        ? OptionalInt.of(Integer.parseInt(matcher.group(2)))
        : OptionalInt.empty();
  }
}
