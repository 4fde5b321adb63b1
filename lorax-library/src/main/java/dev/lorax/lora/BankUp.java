package dev.lorax.lora;

import dev.lorax.graph.Bound;
import dev.lorax.graph.Call;
import dev.lorax.graph.Initializer;
import dev.lorax.graph.ParameterSpec;
import dev.lorax.graph.Stepwise;
import dev.lorax.tensor.Rows;
import dev.lorax.tensor.StepKernels;
import dev.lorax.tensor.Tensor;
import java.util.List;

/**
 * Adds the B's of many adapters to the value of the node they adapt, in one product.
 *
 * <p>Inputs: the target's value {@code Wx [tokens, out]} and what {@link BankDown} gives. The sum
 * is formed in B's type and rounded once to the target's; the columns of other rows' adapters add
 * zeros, so that a row without adapter keeps its value bit for bit.
 *
 * @param first the first column of this target
 * @param rank the ranks of all its adapters together
 * @param out width of the value
 */
public record BankUp(int first, int rank, int out) implements Stepwise {
  @Override
  public List<ParameterSpec> parameters() {
    return List.of(ParameterSpec.of("b", new Initializer.Constant(0), out, rank));
  }

  @Override
  public Tensor apply(Call call) {
    Tensor wx = call.input(0);
    Tensor b = call.parameter("b");
    Tensor down = call.input(1).narrow(1, first, rank);
    return wx.to(b.dtype()).addProduct(down, b.transpose(0, 1), 1).to(wx.dtype());
  }

  @Override
  public Step step(Bound parameters) {
    float[] b = Lora.transposed(parameters.floats("b"), rank);
    return call -> {
      Rows value = call.output(call.input(0).count(), out);
      value.copy(call.input(0));
      StepKernels.addCombined(call.input(1), first, b, value);
    };
  }

  @Override
  public String toString() {
    return "BankUp(%d -> %d)".formatted(rank, out);
  }
}
