package dev.lorax.graph;

import dev.lorax.tensor.Tensor;
import java.util.Set;
import java.util.function.Supplier;

/**
 * An op that states its derivative, and so decides what training remembers of it.
 *
 * <p>Other ops are differentiated by the engine, which records what {@link #apply} does; that is
 * always right, but keeps more and cannot be tuned.
 */
public interface Differentiable extends Op {
  /**
   * Whether the derivative below serves while those parameters, by the op's own names, are trained;
   * if not, the engine records. Unless told otherwise, it serves where all are frozen.
   */
  default boolean serves(Set<String> trained) {
    return trained.isEmpty();
  }

  /** Evaluates the formula, the same value as {@link #apply}, and says how to come back. */
  Recorded record(Recording call);

  /**
   * Says how to come back where the value is there no more and nobody asks for it: what leads to it
   * is then not computed, as far as the way back does not read it. An op whose way back does not
   * need its first inputs' values says so by overriding this.
   */
  default Pullback retrace(Recording call) {
    return record(call).pullback();
  }

  /**
   * A value, and the way back from its gradient.
   *
   * @param value of the op
   * @param pullback called at most once, with no recording by the engine
   * @param again the value once more, bit for bit, from what the way back keeps in any case; null
   *     where that is not cheap
   */
  record Recorded(Tensor value, Pullback pullback, Supplier<Tensor> again) {
    /** A value that others must keep if they need it on the way back. */
    public Recorded(Tensor value, Pullback pullback) {
      this(value, pullback, null);
    }
  }

  /** From the gradient of an op's value to the gradients of its inputs. */
  @FunctionalInterface
  interface Pullback {
    /**
     * The product of the gradient and the derivative (the chain rule).
     *
     * @param gradient of a sum of interest by the op's value, in its shape and type; it must not be
     *     changed, but may be handed on
     * @return the gradient for every input, in order; null where none is wanted
     */
    Tensor[] apply(Tensor gradient);
  }
}
