package dev.lorax.lora;

import dev.lorax.tensor.Svd;
import dev.lorax.tensor.Tensor;
import java.util.OptionalInt;

/**
 * The principal part of the weight, {@code B · A = U_r · S_r · V_r} (PiSSA, Meng et al. 2024, eq. 2
 * and 3), which is then trained, while the rest stays.
 *
 * @param iterations of a fast decomposition; empty: the exact one
 */
public record PissaStart(OptionalInt iterations) implements Start {
  /** By the exact decomposition. */
  public PissaStart() {
    this(OptionalInt.empty());
  }

  @Override
  public Factors factors(Lora op, Beginning beginning) {
    Tensor weight = beginning.weight(op.target());
    Svd parts =
        iterations.isPresent()
            ? Svd.fast(weight, op.rank(), iterations.getAsInt(), beginning.seed("sketch"))
            : Svd.of(weight).truncated(op.rank());
    return Factors.balanced(parts, op.scale());
  }

  @Override
  public boolean isSubtracted() {
    return true;
  }

  @Override
  public String toString() {
    return iterations.isPresent() ? "pissa_niter_" + iterations.getAsInt() : "pissa";
  }
}
