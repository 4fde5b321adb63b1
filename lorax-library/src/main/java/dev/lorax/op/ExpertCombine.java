package dev.lorax.op;

import dev.lorax.graph.Bound;
import dev.lorax.graph.Call;
import dev.lorax.graph.Differentiable;
import dev.lorax.graph.Recording;
import dev.lorax.graph.Stepwise;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Experts;
import dev.lorax.tensor.Rows;
import dev.lorax.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/**
 * What the experts say of every token, weighted and added up (Shazeer et al. 2017, eq. 1).
 *
 * <p>Inputs: the weights of {@link Routing}, {@code [tokens, experts]}, and for every expert its
 * rows, those of {@link ExpertDispatch} after its products. The value is {@code [tokens, width]}.
 *
 * @param experts how many
 * @param width of a row
 */
public record ExpertCombine(int experts, int width) implements Differentiable, Stepwise {
  @Override
  public Tensor apply(Call call) {
    return combine(call, rows(call.input(0)));
  }

  private List<Tensor> rows(Tensor weights) {
    List<Tensor> rows = new ArrayList<>();
    for (int expert = 0; expert < experts; expert++) {
      rows.add(Experts.rows(weights, expert));
    }
    return rows;
  }

  private Tensor combine(Call call, List<Tensor> rows) {
    Tensor weights = call.input(0);
    Tensor sum = Tensor.zeros(call.input(1).dtype(), weights.size(0), width);
    for (int expert = 0; expert < experts; expert++) {
      if (rows.get(expert).size(0) > 0) {
        Tensor own = weights.rows(rows.get(expert)).narrow(1, expert, 1); // [own tokens, 1]
        sum.addRowsInPlace(rows.get(expert), weighted(call.input(1 + expert), own));
      }
    }
    return sum;
  }

  /** In the weights' type, and rounded once. */
  private static Tensor weighted(Tensor x, Tensor weights) {
    return x.to(weights.dtype()).mul(weights).to(x.dtype());
  }

  @Override
  public Recorded record(Recording call) {
    Tensor weights = call.keep(call.input(0));
    List<Tensor> rows = rows(weights).stream().map(call::keep).toList();
    List<Supplier<Tensor>> values = new ArrayList<>();
    for (int expert = 0; call.wants(0) && expert < experts; expert++) {
      values.add(call.keepInput(1 + expert));
    }
    return new Recorded(
        combine(call, rows),
        gradient -> {
          Tensor[] slopes = new Tensor[1 + experts];
          for (int expert = 0; expert < experts; expert++) {
            Tensor own = weights.rows(rows.get(expert)).narrow(1, expert, 1);
            slopes[1 + expert] = weighted(gradient.rows(rows.get(expert)), own);
          }
          slopes[0] = call.wants(0) ? ofWeights(gradient, weights, rows, values) : null;
          return slopes;
        });
  }

  /** The gradient of a weight: what its expert said of the token, times the token's gradient. */
  private Tensor ofWeights(
      Tensor gradient, Tensor weights, List<Tensor> rows, List<Supplier<Tensor>> values) {
    DType exact = weights.dtype();
    Tensor slopes = Tensor.zeros(exact, weights.shape().toArray());
    for (int expert = 0; expert < experts; expert++) {
      if (rows.get(expert).size(0) > 0) {
        Tensor said = values.get(expert).get().to(exact);
        Tensor products = gradient.rows(rows.get(expert)).to(exact).mul(said);
        Tensor sums = products.meanOfLast().mulInPlace(said.size(1));
        slopes.narrow(1, expert, 1).addRowsInPlace(rows.get(expert), sums);
      }
    }
    return slopes;
  }

  @Override
  public Step step(Bound parameters) {
    return call -> {
      Rows weights = call.input(0);
      Rows sum = call.output(weights.count(), width);
      Arrays.fill(sum.values(), 0, sum.count() * sum.width(), 0);
      for (int expert = 0; expert < experts; expert++) {
        Experts.combine(call.input(1 + expert), weights, expert, sum);
      }
    };
  }

  @Override
  public String toString() {
    return "ExpertCombine(%d experts)".formatted(experts);
  }
}
