package dev.lorax.op;

import dev.lorax.graph.Call;
import dev.lorax.graph.Op;
import dev.lorax.tensor.Tensor;

/** The sum of two values: a residual connection. */
public record Add() implements Op {
  @Override
  public Tensor apply(Call call) {
    return call.input(0).add(call.input(1));
  }

  @Override
  public String toString() {
    return "Add";
  }
}
