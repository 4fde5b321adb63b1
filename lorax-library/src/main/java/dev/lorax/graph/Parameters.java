package dev.lorax.graph;

import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;
import dev.lorax.tensor.Weight;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Values for the parameters of a graph, by full name.
 *
 * <p>A frozen base and a trained adapter are two of these, from birth. Whoever makes one closes it;
 * {@link #and} makes a joint view that owns nothing.
 */
public final class Parameters implements AutoCloseable {
  private final Map<String, Weight> values;
  private final Set<String> standIns; // for parameters of a base
  private final Map<String, DType> computed; // the types of those that have met their base
  private final boolean owner;

  private Parameters(
      Map<String, ? extends Weight> values,
      Set<String> standIns,
      Map<String, DType> computed,
      boolean owner) {
    this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    this.standIns = standIns;
    this.computed = computed;
    this.owner = owner;
  }

  /** Takes charge of those values, which must not belong to a scope. */
  public static Parameters of(Map<String, Tensor> values) {
    return ofWeights(values);
  }

  /** Takes charge of those values, of which some may be quantised. */
  public static Parameters ofWeights(Map<String, ? extends Weight> values) {
    return new Parameters(values, Set.of(), Map.of(), true);
  }

  /**
   * First values for those parameters of a graph that belong to nodes that match, float32.
   *
   * @param seed the same seed gives the same values
   */
  public static Parameters initial(Graph graph, Predicate<Node> nodes, long seed) {
    Map<String, Tensor> values = new LinkedHashMap<>();
    for (Node node : graph.order()) {
      if (nodes.test(node)) {
        for (ParameterSpec spec : node.op().parameters()) {
          if (spec.tiedTo().isEmpty()) {
            String name = node.parameter(spec);
            values.put(name, first(spec, Seeds.mix(seed, name.hashCode())));
          }
        }
      }
    }
    return of(values);
  }

  private static Tensor first(ParameterSpec spec, long seed) {
    try (Scope scope = new Scope()) {
      return scope.release(spec.initializer().create(spec.shape(), seed));
    }
  }

  /**
   * The value of a parameter, if it is here.
   *
   * @throws IllegalArgumentException if it is kept quantised
   */
  public Optional<Tensor> find(String name) {
    return Optional.ofNullable(values.get(name)).map(value -> plain(name, value));
  }

  private static Tensor plain(String name, Weight value) {
    if (value instanceof Tensor tensor) {
      return tensor;
    }
    throw new IllegalArgumentException(
        "%s is kept as %s, and is wanted as plain numbers: open the model as f32 or bf16"
            .formatted(name, value.format()));
  }

  /**
   * The value of a parameter in whatever form it is kept.
   *
   * @throws IllegalArgumentException if it is not here
   */
  public Weight weight(String name) {
    Weight value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException("No value for parameter " + name);
    }
    return value;
  }

  /**
   * The value of a parameter.
   *
   * @throws IllegalArgumentException if it is not here, or kept quantised
   */
  public Tensor get(String name) {
    return find(name)
        .orElseThrow(() -> new IllegalArgumentException("No value for parameter " + name));
  }

  /** The full names, in order. */
  public Set<String> names() {
    return values.keySet();
  }

  /**
   * The values by name.
   *
   * @throws IllegalArgumentException if one is kept quantised
   */
  public Map<String, Tensor> asMap() {
    Map<String, Tensor> plain = new LinkedHashMap<>();
    values.forEach((name, value) -> plain.put(name, plain(name, value)));
    return Collections.unmodifiableMap(plain);
  }

  /**
   * The element type of the plain values: the one that is computed in, also with quantised ones.
   */
  public DType type() {
    return values.values().stream()
        .flatMap(value -> value instanceof Tensor plain ? Stream.of(plain.dtype()) : Stream.empty())
        .findFirst()
        .orElse(DType.F32);
  }

  /** The form that most numbers are kept in, as {@link Weight#format} spells it. */
  public String format() {
    Map<String, Long> counts = new HashMap<>();
    values.values().forEach(value -> counts.merge(value.format(), value.shape().size(), Long::sum));
    return Collections.max(counts.entrySet(), Map.Entry.comparingByValue()).getKey();
  }

  /** Whether one of the values is kept quantised. */
  public boolean isQuantized() {
    return !values.values().stream().allMatch(Tensor.class::isInstance);
  }

  /** The number of numbers in all values. */
  public long count() {
    return values.values().stream().mapToLong(value -> value.shape().size()).sum();
  }

  /** The bytes of all values. */
  public long bytes() {
    return values.values().stream().mapToLong(Weight::byteCount).sum();
  }

  /**
   * These and the others together; where both have a name, the others' value counts. Stand-ins
   * among the others are computed with in the type of these.
   */
  public Parameters and(Parameters others) {
    Map<String, Weight> joint = new LinkedHashMap<>(values);
    joint.putAll(others.values);
    Set<String> all = new LinkedHashSet<>(standIns);
    all.addAll(others.standIns);
    Map<String, DType> types = new LinkedHashMap<>(computed);
    types.putAll(others.computed);
    others.standIns.forEach(name -> types.putIfAbsent(name, type()));
    return new Parameters(joint, all, types, false);
  }

  /**
   * The same values, of which those stand in for parameters of a base: they are trained in float32,
   * and rounded to the base's type where they are used.
   */
  public Parameters standingIn(Set<String> names) {
    return new Parameters(values, Set.copyOf(names), computed, owner);
  }

  /** The type in which a value is computed with, where that is not its own. */
  public Optional<DType> computedAs(String name) {
    return Optional.ofNullable(computed.get(name));
  }

  /**
   * Checks that every parameter of a graph has a value of its shape here.
   *
   * @throws IllegalArgumentException one message that lists all that is missing or mis-shaped
   */
  public void check(Graph graph) {
    List<String> faults =
        graph.parameters().entrySet().stream()
            .flatMap(wanted -> fault(wanted.getKey(), wanted.getValue()).stream())
            .toList();
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(
          "These values do not fit the graph: " + String.join("; ", faults));
    }
  }

  private Optional<String> fault(String name, Shape wanted) {
    Weight value = values.get(name);
    if (value == null) {
      return Optional.of(name + " is missing");
    }
    return value.shape().equals(wanted)
        ? Optional.empty()
        : Optional.of("%s is %s instead of %s".formatted(name, value.shape(), wanted));
  }

  @Override
  public void close() {
    if (owner) {
      values.values().forEach(Weight::close);
    }
  }
}
