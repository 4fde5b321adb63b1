package dev.lorax.op;

import dev.lorax.graph.Bound;
import dev.lorax.graph.Call;
import dev.lorax.graph.Differentiable;
import dev.lorax.graph.Recording;
import dev.lorax.graph.Stepwise;
import dev.lorax.tensor.Derivatives;
import dev.lorax.tensor.Kernels;
import dev.lorax.tensor.StepKernels;
import dev.lorax.tensor.Tensor;

/**
 * Numbers kept within a bound: {@code cap · tanh(x / cap)} (Gemma Team 2024, section 2).
 *
 * @param cap the bound
 */
public record SoftCap(double cap) implements Differentiable, Stepwise {
  @Override
  public Tensor apply(Call call) {
    return Kernels.softCap(call.input(0), cap);
  }

  @Override
  public Recorded record(Recording call) {
    Tensor x = call.keep(call.input(0));
    return new Recorded(
        apply(call), gradient -> new Tensor[] {Derivatives.softCap(gradient, x, cap)});
  }

  @Override
  public Step step(Bound parameters) {
    return call -> StepKernels.softCap(call.input(0), cap, call.outputLike(call.input(0)));
  }

  @Override
  public String toString() {
    return "SoftCap(%s)".formatted(cap);
  }
}
