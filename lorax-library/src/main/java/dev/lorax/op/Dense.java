package dev.lorax.op;

import dev.lorax.graph.Bound;
import dev.lorax.graph.Call;
import dev.lorax.graph.Differentiable;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Initializer;
import dev.lorax.graph.Node;
import dev.lorax.graph.ParameterSpec;
import dev.lorax.graph.Recording;
import dev.lorax.graph.Stepwise;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.RowProduct;
import dev.lorax.tensor.Rows;
import dev.lorax.tensor.StepKernels;
import dev.lorax.tensor.Tensor;
import dev.lorax.tensor.Weight;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@code x · weightᵀ + bias}.
 *
 * @param in width of x
 * @param out width of the result
 * @param bias whether there is one
 * @param tiedTo full name of a parameter [out, in] of another node that serves as weight
 */
public record Dense(int in, int out, boolean bias, Optional<String> tiedTo)
    implements Linear, Differentiable, Stepwise {
  /** A dense op with a weight of its own. */
  public Dense(int in, int out, boolean bias) {
    this(in, out, bias, Optional.empty());
  }

  /** The full names of the matrices that a graph's dense nodes multiply by, each once. */
  public static Set<String> matrices(Graph graph) {
    Set<String> names = new LinkedHashSet<>();
    for (Node node : graph.order()) {
      if (node.op() instanceof Dense dense) {
        names.add(node.parameter(dense.parameters().get(0)));
      }
    }
    return names;
  }

  @Override
  public List<ParameterSpec> parameters() {
    ParameterSpec weight =
        tiedTo
            .map(owner -> ParameterSpec.tied("weight", owner, out, in))
            .orElseGet(() -> ParameterSpec.weight("weight", out, in));
    return bias
        ? List.of(weight, ParameterSpec.of("bias", new Initializer.Constant(0), out))
        : List.of(weight);
  }

  @Override
  public Tensor apply(Call call) {
    Tensor x = call.input(0);
    if (x.size(0) == 0 && !Gradients.areOn()) { // an expert that no token goes to
      return Tensor.empty(x.dtype(), 0, out);
    }
    Tensor offset = bias ? call.parameter("bias") : null;
    return call.weight("weight").multiply(x, offset);
  }

  @Override
  public Recorded record(Recording call) {
    return new Recorded(apply(call), retrace(call));
  }

  @Override
  public Pullback retrace(Recording call) {
    Weight weight = call.weight("weight");
    return gradient -> new Tensor[] {weight.back(gradient)};
  }

  @Override
  public Step step(Bound parameters) {
    RowProduct product = parameters.product("weight");
    float[] offset = bias ? parameters.floats("bias") : new float[0];
    return new ProductStep() {
      @Override
      public RowProduct product() {
        return product;
      }

      @Override
      public void finish(Rows value) {
        if (bias) {
          StepKernels.addBias(offset, value);
        }
      }
    };
  }

  @Override
  public String toString() {
    String tie = tiedTo.map(owner -> ", tied to " + owner).orElse("");
    return "Dense(%d -> %d%s%s)".formatted(in, out, bias ? ", bias" : "", tie);
  }
}
