package dev.lorax.run;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.graph.ParameterSpec;
import dev.lorax.graph.Parameters;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Tensor;
import dev.lorax.tensor.Weight;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A graph made ready to run: its nodes in order, where their inputs stand in that order, when each
 * value is read for the last time, and the parameters at hand.
 */
final class Plan {
  /** The last use of the graph's own value: never. */
  static final int NEVER = Integer.MAX_VALUE;

  private final List<Node> order;
  private final List<int[]> inputs;
  private final int[] lastUse;
  private final int[] readers; // of each value
  private final List<Map<String, Weight>> parameters;
  private final List<Map<String, DType>> types; // where they are not the parameters' own

  /**
   * A plan for a graph.
   *
   * @throws IllegalArgumentException if a parameter is missing or has another shape; the message
   *     lists all of them
   */
  Plan(Graph graph, Parameters parameters) {
    parameters.check(graph);
    order = graph.orderTo(graph.outputNode());
    Map<Integer, Integer> place = new HashMap<>();
    for (int i = 0; i < order.size(); i++) {
      place.put(order.get(i).id(), i);
    }
    inputs =
        order.stream().map(node -> node.inputs().stream().mapToInt(place::get).toArray()).toList();
    lastUse = lastUses(inputs);
    readers = new int[order.size()];
    inputs.stream().flatMapToInt(Arrays::stream).forEach(input -> readers[input]++);
    this.parameters = order.stream().map(node -> bind(node, parameters)).toList();
    types = order.stream().map(node -> types(node, parameters)).toList();
  }

  /** How many nodes there are; the last one's value is the graph's. */
  int size() {
    return order.size();
  }

  /** The node at a place. */
  Node node(int place) {
    return order.get(place);
  }

  /** The places of the nodes that one reads. */
  int[] inputs(int place) {
    return inputs.get(place);
  }

  /** The place of the node that reads a value last, or {@link #NEVER}. */
  int lastUse(int place) {
    return lastUse[place];
  }

  /** Whether more than one node reads a value. */
  boolean isReadTwice(int place) {
    return readers[place] > 1;
  }

  /** A parameter of the node at a place, by its op's name for it, in whatever form it is kept. */
  Weight weight(int place, String name) {
    return parameters.get(place).get(name);
  }

  /** The same in the type that is computed in; it lives in the open scope if it is a copy. */
  Weight computed(int place, String name) {
    DType type = types.get(place).get(name);
    return type == null ? weight(place, name) : weight(place, name).dense(type);
  }

  /** All parameters of the node at a place. */
  Collection<Weight> weights(int place) {
    return parameters.get(place).values();
  }

  /** The same, where it must be plain. */
  Tensor parameter(int place, String name) {
    if (computed(place, name) instanceof Tensor plain) {
      return plain;
    }
    throw new IllegalArgumentException(
        "%s of %s is quantised, and its op wants plain numbers: open the model in bf16 or f32"
            .formatted(name, node(place).name()));
  }

  private static int[] lastUses(List<int[]> inputs) {
    int[] last = new int[inputs.size()];
    Arrays.fill(last, NEVER);
    for (int i = 0; i < inputs.size(); i++) {
      for (int input : inputs.get(i)) {
        last[input] = i;
      }
    }
    return last;
  }

  private static Map<String, DType> types(Node node, Parameters parameters) {
    Map<String, DType> types = new HashMap<>();
    for (ParameterSpec spec : node.op().parameters()) {
      parameters.computedAs(node.parameter(spec)).ifPresent(type -> types.put(spec.name(), type));
    }
    return types;
  }

  private static Map<String, Weight> bind(Node node, Parameters parameters) {
    Map<String, Weight> bound = new HashMap<>();
    for (ParameterSpec spec : node.op().parameters()) {
      bound.put(spec.name(), parameters.weight(node.parameter(spec)));
    }
    return bound;
  }
}
