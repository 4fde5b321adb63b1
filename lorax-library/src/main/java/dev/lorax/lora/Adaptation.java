package dev.lorax.lora;

import dev.lorax.graph.Op;
import dev.lorax.op.Linear;
import dev.lorax.tensor.Tensor;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * An op that injection puts after its target: it changes what the target gives by parameters of its
 * own, which are all that training changes.
 *
 * <p>Input 0 is the target's value, input 1 what the target read. Whatever changes a product in a
 * new way implements this; nothing else needs to know of it but the formats that can say it.
 */
public interface Adaptation extends Op {
  /** The op adapted. */
  Linear target();

  /** Those of its parameters that training leaves as they began. */
  default Set<String> frozen() {
    return Set.of();
  }

  /**
   * First values of its own parameters, tied ones left out: float32, in the open scope. A fresh
   * adaptation changes nothing.
   */
  Map<String, Tensor> first(Beginning beginning);

  /**
   * The target's parameters after which the target alone gives what both give: float32, in the open
   * scope, only those that change.
   *
   * @param target its parameters by name, float32
   * @param own this op's by name
   * @throws IllegalArgumentException if the target has no place for the change
   */
  Map<String, Tensor> merge(Function<String, Tensor> target, Function<String, Tensor> own);
}
