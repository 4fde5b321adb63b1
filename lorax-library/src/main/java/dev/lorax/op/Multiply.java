package dev.lorax.op;

import dev.lorax.graph.Bound;
import dev.lorax.graph.Call;
import dev.lorax.graph.Differentiable;
import dev.lorax.graph.Recording;
import dev.lorax.graph.Stepwise;
import dev.lorax.tensor.StepKernels;
import dev.lorax.tensor.Tensor;
import java.util.function.Supplier;

/** The product of two values, number by number: a gate. */
public record Multiply() implements Differentiable, Stepwise {
  @Override
  public Tensor apply(Call call) {
    Tensor first = call.input(0);
    Tensor second = call.input(1);
    return call.mayOverwrite(0) && first.isLike(second)
        ? first.mulInPlace(second)
        : first.mul(second);
  }

  @Override
  public Recorded record(Recording call) {
    Supplier<Tensor> first = call.keepInput(0);
    Supplier<Tensor> second = call.keepInput(1);
    return new Recorded(
        apply(call),
        gradient -> new Tensor[] {gradient.mul(second.get()), gradient.mul(first.get())},
        () -> first.get().mul(second.get()));
  }

  @Override
  public Step step(Bound parameters) {
    return call ->
        StepKernels.multiply(call.input(0), call.input(1), call.outputLike(call.input(0)));
  }

  @Override
  public String toString() {
    return "Multiply";
  }
}
