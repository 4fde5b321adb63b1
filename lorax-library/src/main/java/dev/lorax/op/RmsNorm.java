package dev.lorax.op;

import dev.lorax.graph.Bound;
import dev.lorax.graph.Call;
import dev.lorax.graph.Differentiable;
import dev.lorax.graph.Initializer;
import dev.lorax.graph.ParameterSpec;
import dev.lorax.graph.Recording;
import dev.lorax.graph.Stepwise;
import dev.lorax.tensor.Derivatives;
import dev.lorax.tensor.Kernels;
import dev.lorax.tensor.StepKernels;
import dev.lorax.tensor.Tensor;
import java.util.List;
import java.util.function.Supplier;

/**
 * Root-mean-square normalisation (Zhang &amp; Sennrich 2019, eq. 4) of each group of {@code width}
 * numbers: of whole rows, or of every head where the rows are wider.
 *
 * @param width of a group
 * @param epsilon added to the mean square
 * @param offset added to the weight: 1 in Gemma, which so learns the distance from 1
 */
public record RmsNorm(int width, double epsilon, double offset)
    implements Differentiable, Stepwise {
  /** The paper's, whose factor is the weight as it is. */
  public RmsNorm(int width, double epsilon) {
    this(width, epsilon, 0);
  }

  @Override
  public List<ParameterSpec> parameters() {
    return List.of(ParameterSpec.of("weight", new Initializer.Constant(1 - offset), width));
  }

  @Override
  public Tensor apply(Call call) {
    Tensor x = call.input(0);
    return Kernels.rmsNorm(groups(x), factor(call), epsilon).view(x.size(0), -1);
  }

  @Override
  public Recorded record(Recording call) {
    Tensor x = call.keep(call.input(0));
    Tensor weight = offset == 0 ? factor(call) : call.keep(factor(call));
    Tensor inverse = call.keep(Kernels.inverseRms(groups(x), epsilon));
    Supplier<Tensor> value = () -> Kernels.rmsNorm(groups(x), weight, inverse).view(x.size(0), -1);
    return new Recorded(
        value.get(),
        gradient ->
            new Tensor[] {
              Derivatives.rmsNorm(groups(gradient), groups(x), weight, inverse).view(x.size(0), -1)
            },
        value);
  }

  private Tensor factor(Call call) {
    Tensor weight = call.parameter("weight");
    return offset == 0 ? weight : weight.to(weight.dtype().exact()).add(offset);
  }

  /** Whole rows, or [tokens, heads, width]. */
  private Tensor groups(Tensor x) {
    return x.size(-1) == width ? x : x.view(x.size(0), -1, width);
  }

  @Override
  public Step step(Bound parameters) {
    float[] weight = parameters.floats("weight");
    for (int i = 0; i < width; i++) {
      weight[i] += (float) offset;
    }
    return call ->
        StepKernels.rmsNorm(call.input(0), weight, epsilon, call.outputLike(call.input(0)));
  }

  @Override
  public String toString() {
    return "RmsNorm(%d%s)".formatted(width, offset == 0 ? "" : ", weight + %s".formatted(offset));
  }
}
