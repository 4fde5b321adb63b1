package dev.lorax.lora;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.graph.Parameterized;
import dev.lorax.graph.Parameters;
import dev.lorax.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A graph with adaptations, and the values of their parameters: all that training changes.
 *
 * <p>The base's parameters are not in it, but for those that are trained themselves, such as biases
 * or an output head: of these it holds copies under the same names, which count instead of the
 * base's. Close it when done.
 */
public final class Adapter implements Parameterized, AutoCloseable {
  private final Graph graph;
  private final Set<String> copies;
  private final Parameters trained;
  private final Parameters frozen;
  private final Parameters all;

  private Adapter(Graph graph, Map<String, Tensor> values) {
    this.graph = graph;
    Set<String> constant = frozenNames(graph);
    Parameters learning = part(values, name -> !constant.contains(name));
    copies = copies(graph, learning.names());
    trained = learning.standingIn(copies);
    frozen = part(values, constant::contains);
    all = trained.and(frozen);
  }

  private static Parameters part(Map<String, Tensor> values, Predicate<String> names) {
    Map<String, Tensor> part = new LinkedHashMap<>(values);
    part.keySet().removeIf(names.negate());
    return Parameters.of(part);
  }

  private static Set<String> frozenNames(Graph graph) {
    return graph.nodes().values().stream()
        .filter(Adapter::isAdaptation)
        .flatMap(node -> ((Adaptation) node.op()).frozen().stream().map(own -> name(node, own)))
        .collect(Collectors.toSet());
  }

  private static String name(Node node, String parameter) {
    return node.name() + "." + parameter;
  }

  /**
   * A fresh adapter, which changes nothing yet.
   *
   * @param injected a graph from {@link Lorax#inject}
   * @param seed the same seed gives the same values
   * @throws IllegalArgumentException if it begins with the base's weights: use the next method
   */
  public static Adapter initial(Graph injected, long seed) {
    return Fresh.adapter(injected, name -> Optional.empty(), seed);
  }

  /**
   * A fresh adapter, which changes nothing yet.
   *
   * @param injected a graph from {@link Lorax#inject}
   * @param base the values of the graph that was injected into
   * @param seed the same seed gives the same values
   */
  public static Adapter initial(Graph injected, Parameterized base, long seed) {
    return Fresh.adapter(injected, name -> Optional.of(base.parameters().weight(name)), seed);
  }

  /**
   * A fresh adapter for a base, with all that a configuration says: the graph is injected into, and
   * parameters of the base that are trained themselves are copied.
   *
   * @param seed the same seed gives the same values
   * @throws IllegalArgumentException as {@link Lorax#inject}
   */
  public static Adapter initial(Parameterized base, LoraConfig config, long seed) {
    return Fresh.adapter(base, config, seed);
  }

  /**
   * The same with other products than the configuration's behind the nodes: what is found in data,
   * for example.
   *
   * @param ops by the name of the node that each adapts
   */
  public static Adapter initial(
      Parameterized base, LoraConfig config, Map<String, ? extends LowRank> ops, long seed) {
    return Fresh.adapter(base, config, ops, seed);
  }

  /**
   * An adapter with given values; takes charge of them.
   *
   * @throws IllegalArgumentException if the graph has no adaptation
   */
  public static Adapter of(Graph injected, Parameters values) {
    if (injected.nodes().values().stream().noneMatch(Adapter::isAdaptation)) {
      throw new IllegalArgumentException("The graph has no LoRA node: use Lorax.inject first");
    }
    return new Adapter(injected, values.asMap());
  }

  /**
   * An adapter with given values, as files have them; takes charge of them. What training leaves
   * alone follows from the base.
   */
  public static Adapter of(Graph injected, Parameterized base, Map<String, Tensor> values) {
    Map<String, Tensor> all = new LinkedHashMap<>(values);
    all.putAll(Fresh.frozen(injected, name -> Optional.of(base.parameters().weight(name))));
    return of(injected, Parameters.of(all));
  }

  @Override
  public Graph graph() {
    return graph;
  }

  @Override
  public Parameters parameters() {
    return all;
  }

  @Override
  public Parameters trained() {
    return trained;
  }

  /** The nodes that adapt by a low-rank product, in topological order. */
  public List<Node> nodes() {
    return graph.order().stream().filter(node -> node.op() instanceof LowRank).toList();
  }

  /** All nodes that injection put into the graph, in topological order. */
  public List<Node> adaptations() {
    return graph.order().stream().filter(Adapter::isAdaptation).toList();
  }

  /** The names of base parameters that are trained themselves, and held here. */
  public Set<String> copies() {
    return copies;
  }

  private static Set<String> copies(Graph graph, Set<String> trained) {
    Set<String> names = new LinkedHashSet<>(trained);
    for (Node node : graph.nodes().values()) {
      if (isAdaptation(node)) {
        node.op().parameters().stream()
            .filter(spec -> spec.tiedTo().isEmpty())
            .map(node::parameter)
            .forEach(names::remove);
      }
    }
    return Collections.unmodifiableSet(names);
  }

  /** The node that an adaptation adapts. */
  public Node target(Node adaptation) {
    return graph.nodes().get(adaptation.inputs().get(0));
  }

  /** The low-rank product of a node: rank, scale, target. */
  public Lora lora(Node node) {
    return ((LowRank) node.op()).lora();
  }

  /** A of a node, [r, in]; other nodes may share it. */
  public Tensor a(Node node) {
    return value(node, "a");
  }

  /** B of a node, [out, r]. */
  public Tensor b(Node node) {
    return value(node, "b");
  }

  /** A parameter of an adaptation by the name that its op gives it. */
  public Tensor value(Node adaptation, String parameter) {
    return values(adaptation).apply(parameter);
  }

  /** The own parameters of an adaptation by the names that its op gives them. */
  public Function<String, Tensor> values(Node adaptation) {
    return parameter ->
        adaptation.op().parameters().stream()
            .filter(spec -> spec.name().equals(parameter))
            .map(adaptation::parameter)
            .map(all::get)
            .findFirst()
            .orElseThrow();
  }

  /** The change of a node as a plain low-rank product times the node's scale, if it is one. */
  public Optional<Factors> plain(Node node) {
    return ((LowRank) node.op()).plain(values(node));
  }

  @Override
  public void close() {
    trained.close();
    frozen.close();
  }

  private static boolean isAdaptation(Node node) {
    return node.op() instanceof Adaptation;
  }
}
