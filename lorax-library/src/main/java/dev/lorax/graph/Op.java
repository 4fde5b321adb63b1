package dev.lorax.graph;

import dev.lorax.tensor.Tensor;
import java.util.List;

/**
 * A formula: from input values and parameters to one value.
 *
 * <p>Implementations are records, one a file; equal records are equal formulas. The interface is
 * open: users add their own ops. An op keeps no state and does not modify its inputs.
 */
public interface Op {
  /** The parameters that the formula needs, in the order in which people name them. */
  default List<ParameterSpec> parameters() {
    return List.of();
  }

  /** Evaluates the formula. Rows of values are tokens: {@code [tokens, width]}. */
  Tensor apply(Call call);
}
