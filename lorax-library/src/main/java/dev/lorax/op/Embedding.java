package dev.lorax.op;

import dev.lorax.graph.Bound;
import dev.lorax.graph.Call;
import dev.lorax.graph.ParameterSpec;
import dev.lorax.graph.Stepwise;
import dev.lorax.tensor.RowProduct;
import dev.lorax.tensor.Tensor;
import java.util.List;

/**
 * One row of a table for each id: int64 {@code [tokens]} gives {@code [tokens, width]}.
 *
 * @param rows of the table: the vocabulary, or the longest context
 * @param width of a row
 */
public record Embedding(int rows, int width) implements Linear, Stepwise {
  @Override
  public int in() {
    return rows;
  }

  @Override
  public int out() {
    return width;
  }

  @Override
  public List<ParameterSpec> parameters() {
    return List.of(ParameterSpec.weight("weight", rows, width));
  }

  @Override
  public Tensor apply(Call call) {
    return call.weight("weight").lookup(call.input(0));
  }

  @Override
  public Step step(Bound parameters) {
    RowProduct table = parameters.product("weight");
    return call -> table.lookup(call.ids(0), call.output(width));
  }

  @Override
  public String toString() {
    return "Embedding(%d x %d)".formatted(rows, width);
  }
}
