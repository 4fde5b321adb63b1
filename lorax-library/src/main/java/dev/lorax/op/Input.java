package dev.lorax.op;

import dev.lorax.graph.Call;
import dev.lorax.graph.Op;
import dev.lorax.tensor.Tensor;

/**
 * A value that comes from outside.
 *
 * @param name under which the caller feeds it
 */
public record Input(String name) implements Op {
  /** Token ids, int64 {@code [tokens]}. */
  public static final Input TOKENS = new Input("tokens");

  /** Positions of the tokens in their sequences, int64 {@code [tokens]}. */
  public static final Input POSITIONS = new Input("positions");

  @Override
  public Tensor apply(Call call) {
    return call.feed(name)
        .orElseThrow(
            () -> new IllegalArgumentException("The graph needs an input '%s'".formatted(name)));
  }

  @Override
  public String toString() {
    return "Input";
  }
}
