package dev.lorax.op;

import dev.lorax.graph.Call;
import dev.lorax.graph.Differentiable;
import dev.lorax.graph.Initializer;
import dev.lorax.graph.ParameterSpec;
import dev.lorax.graph.Recording;
import dev.lorax.tensor.Derivatives;
import dev.lorax.tensor.Kernels;
import dev.lorax.tensor.Tensor;
import java.util.List;

/**
 * Root-mean-square normalisation (Zhang &amp; Sennrich 2019, eq. 4) of each group of {@code width}
 * numbers: of whole rows, or of every head where the rows are wider.
 *
 * @param width of a group
 * @param epsilon added to the mean square
 */
public record RmsNorm(int width, double epsilon) implements Differentiable {
  @Override
  public List<ParameterSpec> parameters() {
    return List.of(ParameterSpec.of("weight", new Initializer.Constant(1), width));
  }

  @Override
  public Tensor apply(Call call) {
    Tensor x = call.input(0);
    Tensor weight = call.parameter("weight");
    if (x.size(-1) == width) {
      return Kernels.rmsNorm(x, weight, epsilon);
    }
    Tensor groups = x.view(x.size(0), -1, width); // [tokens, heads, width]
    return Kernels.rmsNorm(groups, weight, epsilon).view(x.size(0), -1);
  }

  @Override
  public Recorded record(Recording call) {
    Tensor x = call.keep(call.input(0));
    Tensor weight = call.parameter("weight");
    return new Recorded(
        apply(call),
        gradient -> {
          Tensor groups = x.view(x.size(0), -1, width);
          Tensor slopes =
              Derivatives.rmsNorm(gradient.view(x.size(0), -1, width), groups, weight, epsilon);
          return new Tensor[] {slopes.view(x.size(0), -1)};
        });
  }

  @Override
  public String toString() {
    return "RmsNorm(%d)".formatted(width);
  }
}
