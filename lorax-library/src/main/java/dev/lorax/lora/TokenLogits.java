package dev.lorax.lora;

import dev.lorax.graph.Call;
import dev.lorax.graph.ParameterSpec;
import dev.lorax.op.Linear;
import dev.lorax.tensor.Kernels;
import dev.lorax.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Logits by trained rows, in place of those of some tokens: what {@link TokenRows} is to the
 * embedding, for an output head that shares the embedding's table.
 *
 * <p>Inputs: the logits {@code [tokens, vocabulary]} and what the head read {@code [tokens,
 * width]}.
 *
 * @param target the head
 * @param tokens whose rows are trained
 * @param owner full name of the trained rows
 */
public record TokenLogits(Linear target, TokenIds tokens, String owner) implements Adaptation {
  @Override
  public List<ParameterSpec> parameters() {
    return List.of(ParameterSpec.tied("rows", owner, tokens.count(), target.in()));
  }

  @Override
  public Map<String, Tensor> first(Beginning beginning) {
    return Map.of();
  }

  @Override
  public Tensor apply(Call call) {
    Tensor x = call.input(1);
    Tensor own = Kernels.linear(x, call.parameter("rows").to(x.dtype()), null);
    Tensor columns = Tensor.of(tokens.array(), tokens.count());
    return call.input(0).transpose(0, 1).withRows(columns, own.transpose(0, 1)).transpose(0, 1);
  }

  /** The table is the embedding's, and changes there. */
  @Override
  public Map<String, Tensor> merge(Function<String, Tensor> weights, Function<String, Tensor> own) {
    return Map.of();
  }

  @Override
  public String toString() {
    return "TokenLogits(%d of %d)".formatted(tokens.count(), target.out());
  }
}
