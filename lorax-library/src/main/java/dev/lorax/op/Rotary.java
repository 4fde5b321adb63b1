package dev.lorax.op;

import dev.lorax.graph.Bound;
import dev.lorax.graph.Call;
import dev.lorax.graph.Differentiable;
import dev.lorax.graph.Recording;
import dev.lorax.graph.Stepwise;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.StepKernels;
import dev.lorax.tensor.Tensor;

/**
 * Turns each head's pairs {@code (i, i + head/2)} by their position's angles (Su et al. 2021, eq.
 * 34, in the order of halves that Hugging Face uses).
 *
 * <p>Inputs: rows {@code [tokens, heads · head]} and the table of {@link RotaryAngles}. Computed in
 * float32, or float64 where the rows are, and rounded once to the rows' type.
 *
 * @param head width of an attention head
 */
public record Rotary(int head) implements Differentiable, Stepwise {
  @Override
  public Tensor apply(Call call) {
    return turn(call.input(0), call.input(1), 1);
  }

  /** The way back turns by the opposite angles, which themselves are nobody's to learn. */
  @Override
  public Recorded record(Recording call) {
    Tensor table = call.keep(call.input(1));
    return new Recorded(apply(call), gradient -> new Tensor[] {turn(gradient, table, -1), null});
  }

  private Tensor turn(Tensor x, Tensor angles, double direction) {
    DType exact = x.dtype().exact();
    Tensor table = angles.to(exact);
    long tokens = x.size(0);
    int half = head / 2;
    Tensor heads = x.to(exact).view(tokens, -1, head);
    Tensor first = heads.narrow(2, 0, half); // [tokens, heads, head / 2]
    Tensor second = heads.narrow(2, half, half);
    Tensor cos = table.narrow(1, 0, half).view(tokens, 1, half);
    Tensor sin = table.narrow(1, half, half).view(tokens, 1, half);
    Tensor turned = heads.mul(Tensor.cat(2, cos, cos));
    turned.narrow(2, 0, half).addProductInPlace(second, sin, -direction);
    turned.narrow(2, half, half).addProductInPlace(first, sin, direction);
    return turned.view(tokens, -1).to(x.dtype());
  }

  @Override
  public Step step(Bound parameters) {
    return call ->
        StepKernels.rotate(call.input(0), call.input(1), head, call.output(call.input(0).width()));
  }

  @Override
  public String toString() {
    return "Rotary(%d)".formatted(head);
  }
}
