package dev.lorax.op;

import dev.lorax.graph.Bound;
import dev.lorax.graph.Call;
import dev.lorax.graph.Initializer;
import dev.lorax.graph.ParameterSpec;
import dev.lorax.graph.Stepwise;
import dev.lorax.tensor.Kernels;
import dev.lorax.tensor.Rows;
import dev.lorax.tensor.Tensor;
import java.util.List;

/**
 * The row of a table that each token's sequence has chosen: {@code [tokens, width]}; row 0 where
 * the caller chooses nothing.
 *
 * @param rows of the table
 * @param width of a row
 */
public record Choice(int rows, int width) implements Stepwise {
  /** The feed that chooses, int64 {@code [tokens]}. */
  public static final String CHOICES = "choices";

  @Override
  public List<ParameterSpec> parameters() {
    return List.of(ParameterSpec.of("table", new Initializer.Constant(0), rows, width));
  }

  @Override
  public Tensor apply(Call call) {
    Tensor table = call.parameter("table");
    return call.feed(CHOICES)
        .map(choices -> Kernels.embedding(table, choices))
        .orElseGet(() -> table.narrow(0, 0, 1).expand(call.sequences().rows(), -1));
  }

  @Override
  public Step step(Bound parameters) {
    Rows table = Rows.of(parameters.floats("table"), rows, width);
    return call -> {
      int[] choices = call.feed(CHOICES).orElseGet(() -> new int[call.tokens()]);
      table.select(choices, call.output(width));
    };
  }

  @Override
  public String toString() {
    return "Choice(%d x %d)".formatted(rows, width);
  }
}
