package dev.lorax.op;

import dev.lorax.graph.Call;
import dev.lorax.graph.Op;
import dev.lorax.tensor.Tensor;

/**
 * The rows whose logits are wanted, where the caller names some; otherwise all.
 *
 * <p>It stands before the output head, the widest product of a language model: training needs the
 * supervised rows alone, decoding the last of each sequence.
 */
public record SelectRows() implements Op {
  /** The feed that names rows, int64 {@code [selected]}. */
  public static final String ROWS = "rows";

  @Override
  public Tensor apply(Call call) {
    return call.feed(ROWS).map(call.input(0)::rows).orElseGet(() -> call.input(0));
  }

  @Override
  public String toString() {
    return "SelectRows";
  }
}
