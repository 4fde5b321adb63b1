package dev.lorax.op;

import dev.lorax.graph.Bound;
import dev.lorax.graph.Call;
import dev.lorax.graph.Differentiable;
import dev.lorax.graph.Initializer;
import dev.lorax.graph.ParameterSpec;
import dev.lorax.graph.Recording;
import dev.lorax.graph.Stepwise;
import dev.lorax.tensor.Derivatives;
import dev.lorax.tensor.Derivatives.Normalised;
import dev.lorax.tensor.Kernels;
import dev.lorax.tensor.StepKernels;
import dev.lorax.tensor.Tensor;
import java.util.List;

/**
 * Layer normalisation with weight and bias (Ba, Kiros &amp; Hinton 2016, eq. 4).
 *
 * @param width of the rows
 * @param epsilon added to the variance
 */
public record LayerNorm(int width, double epsilon) implements Differentiable, Stepwise {
  @Override
  public List<ParameterSpec> parameters() {
    return List.of(
        ParameterSpec.of("weight", new Initializer.Constant(1), width),
        ParameterSpec.of("bias", new Initializer.Constant(0), width));
  }

  @Override
  public Tensor apply(Call call) {
    return Kernels.layerNorm(
        call.input(0), call.parameter("weight"), call.parameter("bias"), epsilon);
  }

  @Override
  public Recorded record(Recording call) {
    Tensor x = call.keep(call.input(0));
    Tensor weight = call.parameter("weight");
    Tensor bias = call.parameter("bias");
    Normalised normalised = Derivatives.normalise(x, weight, bias, epsilon);
    Tensor mean = call.keep(normalised.mean());
    Tensor inverse = call.keep(normalised.inverse());
    return new Recorded(
        normalised.value(),
        gradient -> new Tensor[] {Derivatives.layerNorm(gradient, x, mean, inverse, weight, bias)},
        () -> Kernels.layerNorm(x, weight, bias, epsilon));
  }

  @Override
  public Step step(Bound parameters) {
    float[] weight = parameters.floats("weight");
    float[] bias = parameters.floats("bias");
    return call ->
        StepKernels.layerNorm(call.input(0), weight, bias, epsilon, call.outputLike(call.input(0)));
  }

  @Override
  public String toString() {
    return "LayerNorm(%d)".formatted(width);
  }
}
