package dev.lorax.op;

import dev.lorax.graph.Bound;
import dev.lorax.graph.Call;
import dev.lorax.graph.Differentiable;
import dev.lorax.graph.Recording;
import dev.lorax.graph.Stepwise;
import dev.lorax.tensor.Experts;
import dev.lorax.tensor.Rows;
import dev.lorax.tensor.Tensor;

/**
 * The rows of tokens that go to one expert: there may be none.
 *
 * <p>Inputs: rows {@code [tokens, width]} and the weights of {@link Routing}.
 *
 * @param expert its number, from 0
 */
public record ExpertDispatch(int expert) implements Differentiable, Stepwise {
  @Override
  public Tensor apply(Call call) {
    return call.input(0).rows(Experts.rows(call.input(1), expert));
  }

  @Override
  public Recorded record(Recording call) {
    Tensor rows = call.keep(Experts.rows(call.input(1), expert));
    long[] all = call.input(0).shape().toArray();
    return new Recorded(
        call.input(0).rows(rows),
        gradient ->
            new Tensor[] {
              rows.size(0) == 0
                  ? null
                  : Tensor.zeros(gradient.dtype(), all).addRowsInPlace(rows, gradient),
              null
            });
  }

  @Override
  public Step step(Bound parameters) {
    return call -> {
      Rows x = call.input(0);
      Rows weights = call.input(1);
      Rows own = call.output(Experts.count(weights, expert), x.width());
      Experts.dispatch(x, weights, expert, own);
    };
  }

  @Override
  public String toString() {
    return "ExpertDispatch(to %d)".formatted(expert);
  }
}
