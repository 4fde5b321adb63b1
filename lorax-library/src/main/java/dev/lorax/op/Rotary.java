package dev.lorax.op;

import dev.lorax.graph.Call;
import dev.lorax.graph.Op;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Tensor;

/**
 * Turns each head's pairs {@code (i, i + head/2)} by their position's angles (Su et al. 2021, eq.
 * 34, in the order of halves that Hugging Face uses).
 *
 * <p>Inputs: rows {@code [tokens, heads · head]} and the table of {@link RotaryAngles}. The result
 * is float32, in which attention computes, or float64 where the rows are.
 *
 * @param head width of an attention head
 */
public record Rotary(int head) implements Op {
  @Override
  public Tensor apply(Call call) {
    Tensor x = call.input(0);
    DType exact = x.dtype() == DType.F64 ? DType.F64 : DType.F32;
    Tensor table = call.input(1).to(exact);
    long tokens = x.size(0);
    int half = head / 2;
    Tensor heads = x.to(exact).view(tokens, -1, head);
    Tensor first = heads.narrow(2, 0, half); // [tokens, heads, head / 2]
    Tensor second = heads.narrow(2, half, half);
    Tensor cos = table.narrow(1, 0, half).view(tokens, 1, half);
    Tensor sin = table.narrow(1, half, half).view(tokens, 1, half);
    Tensor turned =
        Tensor.cat(2, first.mul(cos).sub(second.mul(sin)), second.mul(cos).add(first.mul(sin)));
    return turned.view(tokens, -1);
  }

  @Override
  public String toString() {
    return "Rotary(%d)".formatted(head);
  }
}
