package dev.lorax.op;

import dev.lorax.graph.Call;
import dev.lorax.graph.Op;
import dev.lorax.tensor.Tensor;

/** The product of two values, number by number: a gate. */
public record Multiply() implements Op {
  @Override
  public Tensor apply(Call call) {
    return call.input(0).mul(call.input(1));
  }

  @Override
  public String toString() {
    return "Multiply";
  }
}
