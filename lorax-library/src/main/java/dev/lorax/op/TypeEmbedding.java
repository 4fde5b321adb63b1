package dev.lorax.op;

import dev.lorax.graph.Call;
import dev.lorax.graph.Op;
import dev.lorax.graph.ParameterSpec;
import dev.lorax.tensor.Kernels;
import dev.lorax.tensor.Tensor;
import java.util.List;

/**
 * The row of a table for each token's type, the text of a pair that it belongs to (Devlin et al.
 * 2019, figure 2): {@code [tokens, width]}; row 0 where the caller names no types.
 *
 * @param types rows of the table
 * @param width of a row
 */
public record TypeEmbedding(int types, int width) implements Op {
  /** The feed that names types, int64 {@code [tokens]}. */
  public static final String TYPES = "types";

  @Override
  public List<ParameterSpec> parameters() {
    return List.of(ParameterSpec.weight("weight", types, width));
  }

  @Override
  public Tensor apply(Call call) {
    Tensor table = call.parameter("weight");
    return call.feed(TYPES)
        .map(named -> Kernels.embedding(table, named))
        .orElseGet(() -> table.narrow(0, 0, 1).expand(call.sequences().rows(), -1));
  }

  @Override
  public String toString() {
    return "TypeEmbedding(%d x %d)".formatted(types, width);
  }
}
