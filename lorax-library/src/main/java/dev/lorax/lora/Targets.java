package dev.lorax.lora;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.op.Dense;
import dev.lorax.op.Linear;
import dev.lorax.spelling.EditDistance;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;

/**
 * Nodes chosen by the ends of their names, such as {@code query} or {@code self_attention.output},
 * or by a regular expression; without some, and in some blocks alone.
 *
 * <p>Every name must match somewhere: a typo is an error that names the nearest candidates, never
 * an adapter that trains less than was meant. Names are those of the graph and, where {@link
 * #alsoCalled} gives them, those of the checkpoint's modules.
 */
public final class Targets implements Predicate<Node> {
  private static final Pattern HEAD = Pattern.compile("[a-z_]+_head\\.");
  private static final Pattern BLOCK = Pattern.compile(".*?\\.(\\d+)\\..*");

  private final List<Part> parts;
  private final List<Part> exceptions;
  private final Set<Integer> blocks;
  private final Function<Node, String> otherName;

  /** What was asked for: names, of some kind of node. */
  private record Part(String text, Predicate<String> names, Predicate<Node> kind) {}

  private Targets(
      List<Part> parts,
      List<Part> exceptions,
      Set<Integer> blocks,
      Function<Node, String> otherName) {
    this.parts = parts;
    this.exceptions = exceptions;
    this.blocks = blocks;
    this.otherName = otherName;
  }

  /** Nodes whose name is one of these or ends in {@code .} and one of these. */
  public static Targets named(String... suffixes) {
    if (suffixes.length == 0) {
      throw new IllegalArgumentException("Name at least one target, for example query");
    }
    return new Targets(suffixes(suffixes), List.of(), Set.of(), Node::name);
  }

  /**
   * Adaptable nodes whose whole name a regular expression matches.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static Targets matching(String expression) {
    try {
      Predicate<String> names = Pattern.compile(expression).asMatchPredicate();
      Part part = new Part(expression, names, node -> node.op() instanceof Linear);
      return new Targets(List.of(part), List.of(), Set.of(), Node::name);
    } catch (PatternSyntaxException broken) {
      throw new IllegalArgumentException(
          "'%s' is no regular expression: %s".formatted(expression, broken.getDescription()));
    }
  }

  /** Every dense node but the output head: what PEFT calls all-linear. */
  public static Targets allLinear() {
    Predicate<Node> inside =
        node -> node.op() instanceof Dense && !HEAD.matcher(node.name()).lookingAt();
    Part all = new Part("all-linear", name -> true, inside);
    return new Targets(List.of(all), List.of(), Set.of(), Node::name);
  }

  /** These without nodes of those names, as in {@link #named}. */
  public Targets except(String... suffixes) {
    return new Targets(parts, suffixes(suffixes), blocks, otherName);
  }

  /** These in the blocks of those numbers alone, counted from 0. */
  public Targets inBlocks(int... numbers) {
    Set<Integer> chosen = new TreeSet<>();
    Arrays.stream(numbers).forEach(chosen::add);
    return new Targets(parts, exceptions, chosen, otherName);
  }

  /** The same, by other names of nodes, too: those of a checkpoint's modules, such as q_proj. */
  public Targets alsoCalled(Function<Node, String> name) {
    return new Targets(parts, exceptions, blocks, name);
  }

  private static List<Part> suffixes(String... suffixes) {
    return Arrays.stream(suffixes)
        .map(end -> new Part(end, name -> ends(name, end), node -> true))
        .toList();
  }

  @Override
  public boolean test(Node node) {
    return parts.stream().anyMatch(part -> matches(node, part))
        && exceptions.stream().noneMatch(part -> matches(node, part))
        && isInBlocks(node);
  }

  private static boolean ends(String name, String end) {
    return name.equals(end) || name.endsWith("." + end);
  }

  private boolean matches(Node node, Part part) {
    return part.kind().test(node)
        && (part.names().test(node.name()) || part.names().test(otherName.apply(node)));
  }

  private boolean isInBlocks(Node node) {
    return blocks.isEmpty() || block(node).filter(blocks::contains).isPresent();
  }

  private static Optional<Integer> block(Node node) {
    Matcher block = BLOCK.matcher(node.name());
    return block.matches() ? Optional.of(Integer.valueOf(block.group(1))) : Optional.empty();
  }

  /**
   * Checks that everything asked for is there.
   *
   * @throws IllegalArgumentException if not; the message names the nearest candidates
   */
  void check(Graph graph) {
    parts.forEach(part -> check(graph, part));
    exceptions.forEach(part -> check(graph, part));
    Set<Integer> known = new TreeSet<>();
    graph.nodes().values().forEach(node -> block(node).ifPresent(known::add));
    for (int block : blocks) {
      if (!known.contains(block)) {
        throw new IllegalArgumentException(
            "There is no block %d: the model has %d".formatted(block, known.size()));
      }
    }
  }

  private void check(Graph graph, Part part) {
    if (graph.nodes().values().stream().noneMatch(node -> matches(node, part))) {
      throw new IllegalArgumentException(
          "No node is named '%s'. Did you mean one of %s?"
              .formatted(part.text(), nearest(candidates(graph), part.text())));
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

  private static String lastPart(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  @Override
  public String toString() {
    return parts.stream().map(Part::text).collect(Collectors.joining(", "));
  }
}
