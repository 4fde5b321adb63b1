package dev.lorax.op;

import dev.lorax.graph.Bound;
import dev.lorax.graph.Call;
import dev.lorax.graph.Differentiable;
import dev.lorax.graph.Recording;
import dev.lorax.graph.Stepwise;
import dev.lorax.tensor.StepKernels;
import dev.lorax.tensor.Tensor;

/** The sum of two values: a residual connection. */
public record Add() implements Differentiable, Stepwise {
  @Override
  public Tensor apply(Call call) {
    Tensor first = call.input(0);
    Tensor second = call.input(1);
    return call.mayOverwrite(1) && first.isLike(second)
        ? second.addInPlace(first, 1)
        : first.add(second);
  }

  @Override
  public Recorded record(Recording call) {
    return new Recorded(apply(call), retrace(call));
  }

  @Override
  public Pullback retrace(Recording call) {
    return gradient -> new Tensor[] {gradient, gradient};
  }

  @Override
  public Step step(Bound parameters) {
    return call -> StepKernels.add(call.input(0), call.input(1), call.outputLike(call.input(0)));
  }

  @Override
  public String toString() {
    return "Add";
  }
}
