package dev.lorax.op;

import dev.lorax.graph.Bound;
import dev.lorax.graph.Call;
import dev.lorax.graph.Differentiable;
import dev.lorax.graph.Recording;
import dev.lorax.graph.Stepwise;
import dev.lorax.tensor.Rows;
import dev.lorax.tensor.Tensor;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The rows whose logits are wanted, where the caller names some; otherwise all.
 *
 * <p>It stands before the output head, the widest product of a language model: training needs the
 * supervised rows alone, decoding the last of each sequence. The nodes after it treat every row
 * alone, so that the runner may do some rows at a time.
 */
public record SelectRows() implements Differentiable, Stepwise {
  /** The feed that names rows, int64 {@code [selected]}. */
  public static final String ROWS = "rows";

  @Override
  public Tensor apply(Call call) {
    return call.feed(ROWS).map(call.input(0)::rows).orElseGet(() -> call.input(0));
  }

  @Override
  public Recorded record(Recording call) {
    Optional<Tensor> rows = call.feed(ROWS).map(call::keep);
    long[] all = call.input(0).shape().toArray();
    return new Recorded(
        apply(call),
        gradient ->
            new Tensor[] {
              rows.map(some -> Tensor.zeros(gradient.dtype(), all).addRowsInPlace(some, gradient))
                  .orElse(gradient)
            });
  }

  @Override
  public Step step(Bound parameters) {
    return call -> {
      Rows all = call.input(0);
      int[] wanted = call.feed(ROWS).orElseGet(() -> IntStream.range(0, all.count()).toArray());
      all.select(wanted, call.output(wanted.length, all.width()));
    };
  }

  @Override
  public String toString() {
    return "SelectRows";
  }
}
