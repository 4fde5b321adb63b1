package dev.lorax.op;

import dev.lorax.graph.Bound;
import dev.lorax.graph.Call;
import dev.lorax.graph.ParameterSpec;
import dev.lorax.graph.Stepwise;
import dev.lorax.tensor.Kernels;
import dev.lorax.tensor.RowProduct;
import dev.lorax.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * One row of a table for each position, the first rows left out: int64 {@code [tokens]} gives
 * {@code [tokens, width]}.
 *
 * <p>Models of fairseq's tradition number their positions after the id of their padding, so that
 * the rows up to it are nobody's.
 *
 * @param positions the longest sequence
 * @param width of a row
 * @param offset how many rows come before that of position 0
 */
public record PositionEmbedding(int positions, int width, int offset) implements Stepwise {
  @Override
  public List<ParameterSpec> parameters() {
    return List.of(ParameterSpec.weight("weight", offset + positions, width));
  }

  @Override
  public Tensor apply(Call call) {
    Tensor table = call.parameter("weight").narrow(0, offset, positions);
    return Kernels.embedding(table, call.input(0));
  }

  @Override
  public Step step(Bound parameters) {
    RowProduct table = parameters.product("weight");
    return call -> {
      int[] rows = Arrays.stream(call.ids(0)).map(position -> offset + position).toArray();
      table.lookup(rows, call.output(width));
    };
  }

  @Override
  public String toString() {
    return "PositionEmbedding(%d x %d, after %d)".formatted(positions, width, offset);
  }
}
