package dev.lorax.graph;

import dev.lorax.tensor.Tensor;
import java.util.function.Supplier;

/** What an op sees when its derivative will be asked for. */
public interface Recording extends Call {
  /** How many inputs the node has. */
  int inputs();

  /** Keeps a value of this evaluation until the way back has been gone; returns it. */
  Tensor keep(Tensor value);

  /**
   * The value of an input, for the way back: kept, or computed again there where that is cheap. To
   * be asked for in the pullback alone.
   */
  default Supplier<Tensor> keepInput(int input) {
    Tensor kept = keep(input(input));
    return () -> kept;
  }

  /** Whether memory is short, so that what is computed fast should not be kept. */
  default boolean isSparing() {
    return false;
  }

  /** Whether the gradient of an input is of use to anybody. */
  boolean wants(int input);

  /** Whether a parameter, by the op's own name for it, is trained. */
  boolean trains(String parameter);

  /** Adds to the gradient of a trained parameter, in its shape; to be called on the way back. */
  void learn(String parameter, Tensor gradient);
}
