package dev.lorax.op;

import dev.lorax.graph.Bound;
import dev.lorax.graph.Call;
import dev.lorax.graph.Differentiable;
import dev.lorax.graph.Recording;
import dev.lorax.graph.Stepwise;
import dev.lorax.tensor.StepKernels;
import dev.lorax.tensor.Tensor;

/**
 * Every number times a constant.
 *
 * @param factor the constant
 * @param rounded whether it is rounded to the type of x before: a bfloat16 Gemma multiplies by
 *     45.25 instead of √2048
 */
public record Scale(double factor, boolean rounded) implements Differentiable, Stepwise {
  /** Multiplication by the constant as it is. */
  public Scale(double factor) {
    this(factor, false);
  }

  @Override
  public Tensor apply(Call call) {
    return times(call.input(0));
  }

  @Override
  public Recorded record(Recording call) {
    return new Recorded(apply(call), gradient -> new Tensor[] {times(gradient)});
  }

  private Tensor times(Tensor x) {
    return rounded ? x.mul(Tensor.of(new double[] {factor}, 1).to(x.dtype())) : x.mul(factor);
  }

  @Override
  public Step step(Bound parameters) {
    return call -> StepKernels.scale(call.input(0), (float) factor, call.outputLike(call.input(0)));
  }

  @Override
  public String toString() {
    return "Scale(%s)".formatted(factor);
  }
}
