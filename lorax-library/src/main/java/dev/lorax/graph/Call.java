package dev.lorax.graph;

import dev.lorax.tensor.Tensor;
import dev.lorax.tensor.Weight;
import java.util.Optional;

/** What an op sees when it is evaluated. */
public interface Call {
  /** The value of an input node, in the order of {@link Node#inputs()}. */
  Tensor input(int index);

  /**
   * The value of a parameter that the op declared.
   *
   * @throws IllegalArgumentException if it is kept quantised
   */
  Tensor parameter(String name);

  /**
   * Whether the op may write its value over that input: nobody reads the input later, and nothing
   * else shares its memory.
   */
  default boolean mayOverwrite(int input) {
    return false;
  }

  /** A matrix that the op declared, in whatever form it is kept; {@link #parameter} by default. */
  default Weight weight(String name) {
    return parameter(name);
  }

  /** A value that the caller fed to the whole graph, or empty if there is none of that name. */
  Optional<Tensor> feed(String name);

  /** Which rows belong together. */
  Sequences sequences();

  /** What this node remembers of earlier calls, if the caller decodes step by step. */
  Optional<Cache> cache();

  /** Whether this is training or inference. */
  Mode mode();

  /**
   * A seed for this node in this step, derived from a seed of the run: the same for the same run
   * and step, different for every other node and step.
   */
  long seed(long run);
}
