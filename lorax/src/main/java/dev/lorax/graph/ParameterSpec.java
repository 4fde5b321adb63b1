package dev.lorax.graph;

import dev.lorax.tensor.Shape;
import java.util.Objects;
import java.util.Optional;

/**
 * A parameter that an op needs: its name within the node, its shape, and whose value it borrows if
 * it is tied.
 *
 * @param name unique within the op, for example {@code weight}
 * @param shape the shape that a value must have
 * @param tiedTo the full name of the parameter of another node whose value this one uses
 */
public record ParameterSpec(String name, Shape shape, Optional<String> tiedTo) {
  /** Checks that nothing is null. */
  public ParameterSpec {
    Objects.requireNonNull(name);
    Objects.requireNonNull(shape);
    Objects.requireNonNull(tiedTo);
  }

  /** A parameter of the node's own. */
  public static ParameterSpec of(String name, long... shape) {
    return new ParameterSpec(name, Shape.of(shape), Optional.empty());
  }

  /** A parameter that uses another node's value, named in full. */
  public static ParameterSpec tied(String name, String owner, long... shape) {
    return new ParameterSpec(name, Shape.of(shape), Optional.of(owner));
  }
}
