package dev.lorax.lora;

import dev.lorax.graph.Seeds;
import dev.lorax.op.Embedding;
import dev.lorax.op.Linear;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Tensor;
import dev.lorax.tensor.Weight;
import java.util.Optional;

/**
 * What an adaptation may look at for its first values.
 *
 * @param node its full name
 * @param seed of all draws
 * @param base the target's weight; empty where only the graph is known
 */
public record Beginning(String node, long seed, Optional<Weight> base) {
  /** A seed for one parameter: the same for the same run, another for every other parameter. */
  public long seed(String parameter) {
    return Seeds.mix(seed, (node + "." + parameter).hashCode());
  }

  /**
   * The target's weight seen as [out, in], float32, in the open scope.
   *
   * @throws IllegalArgumentException if it is not known
   */
  public Tensor weight(Linear target) {
    Tensor weight =
        base.orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "%s begins with the base's weights: use Adapter.initial(graph, base, seed)"
                            .formatted(node)))
            .dense(DType.F32);
    return target instanceof Embedding ? weight.transpose(0, 1) : weight;
  }
}
