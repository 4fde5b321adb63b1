package dev.lorax.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Draws graphs for people: as a listing, as the difference of two, as Mermaid. */
public final class Drawing {
  private Drawing() {}

  /** One line a node in topological order: name, formula, and the names of what it reads. */
  public static String listing(Graph graph) {
    return String.join("\n", lines(graph, Columns.of(graph))) + "\n";
  }

  /**
   * The listing of {@code after}; lines that {@code before} lacks start with {@code +}, lines of
   * {@code before} that are gone with {@code -}.
   */
  public static String difference(Graph before, Graph after) {
    Columns columns = Columns.of(before, after);
    Set<String> old = new LinkedHashSet<>(lines(before, columns));
    Set<String> young = new LinkedHashSet<>(lines(after, columns));
    List<String> lines = new ArrayList<>();
    for (String line : young) {
      lines.add((old.contains(line) ? "  " : "+ ") + line);
    }
    old.stream().filter(line -> !young.contains(line)).forEach(line -> lines.add("- " + line));
    return String.join("\n", lines) + "\n";
  }

  /**
   * A Mermaid flowchart.
   *
   * @param marked names of nodes to highlight
   */
  public static String mermaid(Graph graph, Set<String> marked) {
    StringBuilder text = new StringBuilder("flowchart TD\n");
    for (Node node : graph.order()) {
      text.append("  n%d[\"%s<br/>%s\"]\n".formatted(node.id(), node.name(), node.op()));
      for (int input : node.inputs()) {
        text.append("  n%d --> n%d\n".formatted(input, node.id()));
      }
    }
    graph.order().stream()
        .filter(node -> marked.contains(node.name()))
        .forEach(node -> text.append("  style n%d stroke-width:4px\n".formatted(node.id())));
    return text.toString();
  }

  private static List<String> lines(Graph graph, Columns columns) {
    return graph.order().stream().map(node -> line(node, graph.nodes(), columns)).toList();
  }

  private static String line(Node node, Map<Integer, Node> nodes, Columns columns) {
    String inputs =
        node.inputs().stream().map(id -> nodes.get(id).name()).collect(Collectors.joining(", "));
    String line = pad(node.name(), columns.name) + "  " + pad(node.op().toString(), columns.op);
    return (inputs.isEmpty() ? line : line + "  <- " + inputs).stripTrailing();
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(width - text.length());
  }

  /** Widths that fit every line. */
  private record Columns(int name, int op) {
    static Columns of(Graph... graphs) {
      return new Columns(width(graphs, Node::name), width(graphs, node -> node.op().toString()));
    }

    private static int width(Graph[] graphs, Function<Node, String> column) {
      return Arrays.stream(graphs)
          .flatMap(graph -> graph.nodes().values().stream())
          .mapToInt(node -> column.apply(node).length())
          .max()
          .orElse(0);
    }
  }
}
