package dev.lorax.graph;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Draws graphs for people: as a listing, as the difference of two, as Mermaid. */
public final class Drawing {
  private Drawing() {}

  /** One line a node in topological order: name, formula, and the names of what it reads. */
  public static String listing(Graph graph) {
    List<Row> rows = Row.of(graph);
    return String.join("\n", Columns.of(rows).lines(rows)) + "\n";
  }

  /**
   * The listing of {@code after}; lines that {@code before} lacks start with {@code +}, lines of
   * {@code before} that are gone with {@code -}.
   */
  public static String difference(Graph before, Graph after) {
    List<Row> oldRows = Row.of(before);
    List<Row> youngRows = Row.of(after);
    Columns columns = Columns.of(Stream.concat(oldRows.stream(), youngRows.stream()).toList());
    Set<String> old = new LinkedHashSet<>(columns.lines(oldRows));
    Set<String> young = new LinkedHashSet<>(columns.lines(youngRows));
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

  /** What one line shows; made once a node, since formulas take longest to print. */
  private record Row(String name, String op, String inputs) {
    static List<Row> of(Graph graph) {
      return graph.order().stream().map(node -> of(node, graph.nodes())).toList();
    }

    private static Row of(Node node, Map<Integer, Node> nodes) {
      String inputs =
          node.inputs().stream().map(id -> nodes.get(id).name()).collect(Collectors.joining(", "));
      return new Row(node.name(), node.op().toString(), inputs);
    }
  }

  /** Widths that fit every line. */
  private record Columns(int name, int op) {
    static Columns of(List<Row> rows) {
      return new Columns(width(rows, Row::name), width(rows, Row::op));
    }

    private static int width(List<Row> rows, Function<Row, String> column) {
      return rows.stream().mapToInt(row -> column.apply(row).length()).max().orElse(0);
    }

    List<String> lines(List<Row> rows) {
      return rows.stream().map(this::line).toList();
    }

    private String line(Row row) {
      String line = pad(row.name, name) + "  " + pad(row.op, op);
      return row.inputs.isEmpty() ? line.stripTrailing() : line + "  <- " + row.inputs;
    }

    private static String pad(String text, int width) {
      return text + " ".repeat(width - text.length());
    }
  }
}
