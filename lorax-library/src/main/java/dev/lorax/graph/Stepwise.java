package dev.lorax.graph;

import dev.lorax.tensor.RowProduct;
import dev.lorax.tensor.Rows;
import java.util.List;

/**
 * An op that can also compute a few rows on the Java heap, in float32.
 *
 * <p>A token that is decoded passes hundreds of ops, each of which works on a row or a few for a
 * microsecond; a call into the engine alone costs ten. Where all ops of a graph are of this kind,
 * such a pass never leaves Java. Other ops work everywhere, at the engine's price.
 */
public interface Stepwise extends Op {
  /** Makes the op ready for many steps with the same parameters. */
  Step step(Bound parameters);

  /** The op's formula with its parameters at hand; several threads may use it at once. */
  @FunctionalInterface
  interface Step {
    /** Reads the call's inputs and writes its output. */
    void compute(StepCall call);
  }

  /**
   * A step that multiplies its first input, the only one, by a matrix. Those with the same input
   * may be computed together.
   */
  interface ProductStep extends Step {
    /** The matrix. */
    RowProduct product();

    /** Turns the product into the op's value. */
    void finish(Rows value);

    @Override
    default void compute(StepCall call) {
      Rows x = call.input(0);
      together(x, List.of(this), List.of(call.output(x.count(), product().out())));
    }

    /** Computes several steps over the same x; their values have their shapes already. */
    static void together(Rows x, List<ProductStep> steps, List<Rows> values) {
      if (x.count() == 0) {
        return;
      }
      RowProduct.multiply(x, steps.stream().map(ProductStep::product).toList(), values);
      for (int i = 0; i < steps.size(); i++) {
        steps.get(i).finish(values.get(i));
      }
    }
  }
}
