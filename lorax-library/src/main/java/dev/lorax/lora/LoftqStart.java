package dev.lorax.lora;

import dev.lorax.graph.Parameters;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Svd;
import dev.lorax.tensor.Tensor;
import java.util.Optional;

/**
 * The part of largest singular values of what quantising took from the weight, {@code B · A ≈ W −
 * Q} (LoftQ, Li et al. 2023, with one alternation): a fresh adapter brings a quantised base nearer
 * to the one that it was made of.
 *
 * <p>The adapter belongs to a base quantised in that form. Matrices that are not quantised begin by
 * PEFT's default.
 *
 * @param originals the weights that were quantised; empty: not known yet
 */
public record LoftqStart(Optional<Parameters> originals) implements Start {
  /** Up to that many rows or columns the exact decomposition takes no time worth saving. */
  private static final long SMALL = 1024;

  private static final int ITERATIONS = 8;

  /** With the weights that were quantised, which stay their owner's. */
  public LoftqStart(Parameters originals) {
    this(Optional.of(originals));
  }

  @Override
  public Factors factors(Lora op, Beginning beginning) {
    if (beginning.base().filter(Tensor.class::isInstance).isPresent()) {
      return KAIMING.factors(op, beginning);
    }
    Parameters plain =
        originals.orElseThrow(
            () ->
                new IllegalArgumentException(
                    "LoftQ begins with the weights that were quantised: use new"
                        + " LoftqStart(original.parameters())"));
    String weight = Lorax.targetOf(beginning.node()) + ".weight";
    Tensor original = op.oriented(plain.weight(weight).dense(DType.F32)); // [out, in]
    Tensor lost = original.sub(beginning.weight(op.target()));
    boolean isSmall = Math.min(lost.size(0), lost.size(1)) <= SMALL;
    Svd parts =
        isSmall
            ? Svd.of(lost).truncated(op.rank())
            : Svd.fast(lost, op.rank(), ITERATIONS, beginning.seed("sketch"));
    return Factors.balanced(parts, op.scale());
  }

  @Override
  public String toString() {
    return "loftq";
  }
}
