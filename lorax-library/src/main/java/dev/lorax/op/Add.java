package dev.lorax.op;

import dev.lorax.graph.Call;
import dev.lorax.graph.Differentiable;
import dev.lorax.graph.Recording;
import dev.lorax.tensor.Tensor;

/** The sum of two values: a residual connection. */
public record Add() implements Differentiable {
  @Override
  public Tensor apply(Call call) {
    return call.input(0).add(call.input(1));
  }

  @Override
  public Recorded record(Recording call) {
    return new Recorded(apply(call), gradient -> new Tensor[] {gradient, gradient});
  }

  @Override
  public String toString() {
    return "Add";
  }
}
