package dev.lorax.op;

import dev.lorax.graph.Bound;
import dev.lorax.graph.Call;
import dev.lorax.graph.Stepwise;
import dev.lorax.tensor.Tensor;

/**
 * A value that comes from outside.
 *
 * @param name under which the caller feeds it
 */
public record Input(String name) implements Stepwise {
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

  /** Nothing: who reads ids asks for them. */
  @Override
  public Step step(Bound parameters) {
    return call -> {};
  }

  @Override
  public String toString() {
    return "Input";
  }
}
