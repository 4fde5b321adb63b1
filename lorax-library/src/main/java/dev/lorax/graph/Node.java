package dev.lorax.graph;

import dev.lorax.tensor.Shape;
import java.util.List;
import java.util.Objects;

/**
 * An op in its place: a name, and the nodes whose values it reads.
 *
 * @param id small, given by the builder; people say names
 * @param name a path such as {@code decoder.blocks.11.self_attention.value}, unique in its graph
 * @param op the formula
 * @param inputs ids of the nodes whose values it reads
 */
public record Node(int id, String name, Op op, List<Integer> inputs) {
  /** Copies the inputs; nothing may be null. */
  public Node {
    Objects.requireNonNull(name);
    Objects.requireNonNull(op);
    inputs = List.copyOf(inputs);
  }

  /** The last part of the name: {@code value} of {@code decoder.blocks.11.self_attention.value}. */
  public String lastName() {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  /** The full name of a parameter, the owner's where it is tied. */
  public String parameter(ParameterSpec spec) {
    return spec.tiedTo().orElse(name + "." + spec.name());
  }

  /**
   * The shape of a parameter of this node.
   *
   * @throws IllegalArgumentException if its op has none of that name
   */
  public Shape shape(String parameter) {
    return op.parameters().stream()
        .filter(spec -> spec.name().equals(parameter))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Node %s (%s) has no parameter '%s'".formatted(name, op, parameter)))
        .shape();
  }

  Node withId(int newId) {
    return new Node(newId, name, op, inputs);
  }
}
