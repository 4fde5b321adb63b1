package dev.lorax.graph;

import dev.lorax.tensor.Shape;
import java.util.Objects;
import java.util.Optional;

/**
 * A parameter that an op needs.
 *
 * @param name unique within the op, for example {@code weight}
 * @param shape the shape that a value must have
 * @param initializer how its first value is made where none is loaded
 * @param tiedTo the full name of the parameter of another node whose value this one uses
 */
public record ParameterSpec(
    String name, Shape shape, Initializer initializer, Optional<String> tiedTo) {
  /** Checks that nothing is null. */
  public ParameterSpec {
    Objects.requireNonNull(name);
    Objects.requireNonNull(shape);
    Objects.requireNonNull(initializer);
    Objects.requireNonNull(tiedTo);
  }

  /** A matrix or table of the node's own: normal with deviation 0.02 at first, as GPT-2's. */
  public static ParameterSpec weight(String name, long... shape) {
    return of(name, new Initializer.Normal(0.02), shape);
  }

  /** A parameter of the node's own. */
  public static ParameterSpec of(String name, Initializer initializer, long... shape) {
    return new ParameterSpec(name, Shape.of(shape), initializer, Optional.empty());
  }

  /** A parameter that uses another node's value, named in full. */
  public static ParameterSpec tied(String name, String owner, long... shape) {
    Initializer none = new Initializer.Constant(0);
    return new ParameterSpec(name, Shape.of(shape), none, Optional.of(owner));
  }
}
