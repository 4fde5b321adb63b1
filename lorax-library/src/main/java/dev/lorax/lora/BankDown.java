package dev.lorax.lora;

import dev.lorax.graph.Bound;
import dev.lorax.graph.Call;
import dev.lorax.graph.Initializer;
import dev.lorax.graph.ParameterSpec;
import dev.lorax.graph.Stepwise;
import dev.lorax.tensor.Kernels;
import dev.lorax.tensor.Rows;
import dev.lorax.tensor.StepKernels;
import dev.lorax.tensor.Tensor;
import java.util.List;

/**
 * The A's of many adapters in one product, {@code A · x}, times each row's scales: {@code alpha /
 * r} in the columns of the row's own adapter, 0 in the others.
 *
 * <p>Inputs: what the adapted nodes read, {@code x [tokens, in]} or ids {@code [tokens]}, and the
 * scales {@code [tokens, rank]}. Several targets that read the same value share the product. There
 * is no dropout: a bank is for inference.
 *
 * @param in width of x, or rows of an adapted table
 * @param rank the ranks of all adapters and targets together
 * @param lookup whether x comes as ids
 */
public record BankDown(int in, int rank, boolean lookup) implements Stepwise {
  @Override
  public List<ParameterSpec> parameters() {
    return List.of(ParameterSpec.of("a", new Initializer.KaimingUniform(), rank, in));
  }

  @Override
  public Tensor apply(Call call) {
    Tensor a = call.parameter("a");
    Tensor x = call.input(0);
    Tensor down =
        lookup ? Kernels.embedding(a.transpose(0, 1), x) : Kernels.linear(x.to(a.dtype()), a, null);
    return down.mul(call.input(1));
  }

  @Override
  public Step step(Bound parameters) {
    float[] a = parameters.floats("a");
    return call -> {
      Rows value = call.output(rank);
      if (lookup) {
        StepKernels.project(call.ids(0), a, call.input(1), value);
      } else {
        StepKernels.project(call.input(0), a, call.input(1), value);
      }
    };
  }

  @Override
  public String toString() {
    return "BankDown(%d -> %d)".formatted(in, rank);
  }
}
