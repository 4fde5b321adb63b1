package dev.lorax.op;

import dev.lorax.graph.Bound;
import dev.lorax.graph.Call;
import dev.lorax.graph.Differentiable;
import dev.lorax.graph.Recording;
import dev.lorax.graph.Stepwise;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.StepRotation;
import dev.lorax.tensor.Tensor;

/**
 * Turns pairs of each head's first numbers by their position's angles (Su et al. 2021, eq. 34).
 *
 * <p>Inputs: rows {@code [tokens, heads · head]} and the table of {@link RotaryAngles}. Computed in
 * float32, or float64 where the rows are, and rounded once to the rows' type.
 *
 * @param head width of an attention head
 * @param turned how many of its numbers are turned, an even number; the rest stay
 * @param pairs which of them belong together
 */
public record Rotary(int head, int turned, Pairs pairs) implements Differentiable, Stepwise {
  /** Which numbers belong together. */
  public enum Pairs {
    /** {@code (i, i + turned/2)}: the order that Hugging Face uses for Llama. */
    HALVES,
    /** {@code (2i, 2i + 1)}: the paper's order. */
    NEIGHBOURS
  }

  /** Turns whole heads by halves. */
  public Rotary(int head) {
    this(head, head, Pairs.HALVES);
  }

  /** Checks that there are pairs. */
  public Rotary {
    if (turned < 2 || turned > head || turned % 2 != 0) {
      throw new IllegalArgumentException(
          "Pairs of %d numbers of a head of %d cannot be turned".formatted(turned, head));
    }
  }

  @Override
  public Tensor apply(Call call) {
    return turn(call.input(0), call.input(1), 1);
  }

  /** The way back turns by the opposite angles, which themselves are nobody's to learn. */
  @Override
  public Recorded record(Recording call) {
    return new Recorded(apply(call), retrace(call));
  }

  @Override
  public Pullback retrace(Recording call) {
    Tensor table = call.keep(call.input(1));
    return gradient -> new Tensor[] {turn(gradient, table, -1), null};
  }

  private Tensor turn(Tensor x, Tensor angles, double direction) {
    DType exact = x.dtype().exact();
    Tensor table = angles.to(exact);
    long tokens = x.size(0);
    int half = turned / 2;
    Tensor heads = x.to(exact).view(tokens, -1, head);
    Tensor cos = table.narrow(1, 0, half).view(tokens, 1, half);
    Tensor sin = table.narrow(1, half, half).view(tokens, 1, half);
    Tensor rotated = heads.mul(factors(cos));
    part(rotated, 0).addProductInPlace(part(heads, 1), sin, -direction);
    part(rotated, 1).addProductInPlace(part(heads, 0), sin, direction);
    return rotated.view(tokens, -1).to(x.dtype());
  }

  /** The firsts (0) or seconds (1) of all pairs: a view [tokens, heads, turned / 2]. */
  private Tensor part(Tensor heads, int which) {
    int half = turned / 2;
    return switch (pairs) {
      case HALVES -> heads.narrow(2, (long) which * half, half);
      case NEIGHBOURS ->
          heads
              .narrow(2, 0, turned)
              .view(heads.size(0), -1, half, 2)
              .narrow(3, which, 1)
              .view(heads.size(0), -1, half);
    };
  }

  /** The cosine of every number of a head, 1 for those that stay: [tokens, 1, head]. */
  private Tensor factors(Tensor cos) {
    Tensor both =
        switch (pairs) {
          case HALVES -> Tensor.cat(2, cos, cos);
          case NEIGHBOURS ->
              cos.view(cos.size(0), 1, -1, 1).expand(-1, -1, -1, 2).view(cos.size(0), 1, turned);
        };
    return turned == head
        ? both
        : Tensor.cat(
            2, both, Tensor.zeros(cos.dtype(), cos.size(0), 1, head - turned).addInPlace(1));
  }

  @Override
  public Step step(Bound parameters) {
    StepRotation rotation =
        switch (pairs) {
          case HALVES -> new StepRotation(head, 1, turned / 2);
          case NEIGHBOURS -> new StepRotation(head, 2, 1);
        };
    return call -> rotation.turn(call.input(0), call.input(1), call.outputLike(call.input(0)));
  }

  @Override
  public String toString() {
    String part = turned == head ? "" : ", %d turned".formatted(turned);
    String order = pairs == Pairs.HALVES ? "" : ", neighbours";
    return "Rotary(%d%s%s)".formatted(head, part, order);
  }
}
