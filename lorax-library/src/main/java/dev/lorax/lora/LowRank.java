package dev.lorax.lora;

import dev.lorax.op.Linear;
import dev.lorax.tensor.Tensor;
import java.util.Optional;
import java.util.function.Function;

/** An adaptation by a product of two narrow matrices, in whatever form it enters. */
public interface LowRank extends Adaptation {
  /** The product: rank, scale, dropout. */
  Lora lora();

  @Override
  default Linear target() {
    return lora().target();
  }

  /**
   * The change as a plain product that is added, {@code scale · B · A}; empty where it is none.
   *
   * @param own parameters by name
   */
  Optional<Factors> plain(Function<String, Tensor> own);
}
