package dev.lorax.lora;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.op.Dense;
import dev.lorax.op.Linear;
import dev.lorax.spelling.EditDistance;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/**
 * Nodes chosen by the ends of their names, such as {@code query} or {@code self_attention.output}.
 *
 * <p>Every name must match somewhere: a typo is an error that names the nearest candidates, never
 * an adapter that trains less than was meant.
 */
public final class Targets implements Predicate<Node> {
  private final List<String> suffixes;

  private Targets(List<String> suffixes) {
    this.suffixes = suffixes;
  }

  /** Nodes whose name is one of these or ends in {@code .} and one of these. */
  public static Targets named(String... suffixes) {
    if (suffixes.length == 0) {
      throw new IllegalArgumentException("Name at least one target, for example query");
    }
    return new Targets(List.of(suffixes));
  }

  /** Every dense node but the output head: what PEFT calls all-linear. */
  public static Predicate<Node> allLinear() {
    return node -> node.op() instanceof Dense && !node.name().startsWith("language_modeling_head");
  }

  @Override
  public boolean test(Node node) {
    return suffixes.stream().anyMatch(suffix -> matches(node, suffix));
  }

  void check(Graph graph) {
    for (String suffix : suffixes) {
      if (graph.nodes().values().stream().noneMatch(node -> matches(node, suffix))) {
        throw new IllegalArgumentException(
            "No node is named '%s'. Did you mean one of %s?"
                .formatted(suffix, nearest(candidates(graph), suffix)));
      }
    }
  }

  /** The last names of all nodes that can be adapted, each once. */
  static List<String> candidates(Graph graph) {
    return graph.order().stream()
        .filter(node -> node.op() instanceof Linear)
        .map(Targets::shortName)
        .distinct()
        .toList();
  }

  private static List<String> nearest(List<String> candidates, String name) {
    String meant = lastPart(name);
    return candidates.stream()
        .sorted(Comparator.comparingInt(other -> EditDistance.between(lastPart(other), meant)))
        .limit(4)
        .toList();
  }

  /** The part of the name that all blocks share: {@code self_attention.query}. */
  private static String shortName(Node node) {
    return node.name().replaceFirst("^.*\\.\\d+\\.", "");
  }

  private static boolean matches(Node node, String suffix) {
    return node.name().equals(suffix) || node.name().endsWith("." + suffix);
  }

  private static String lastPart(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  @Override
  public String toString() {
    return String.join(", ", suffixes);
  }
}
