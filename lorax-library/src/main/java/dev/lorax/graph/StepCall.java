package dev.lorax.graph;

import dev.lorax.tensor.Rows;
import java.util.Optional;

/** What a {@link Stepwise} op sees at one step: one new token of each sequence. */
public interface StepCall {
  /** The value of an input node, in the order of {@link Node#inputs()}. */
  Rows input(int index);

  /** The ids or positions that an input node stands for, one for each token. */
  int[] ids(int input);

  /** Room for the op's value, a row for each token unless told otherwise; to be filled. */
  default Rows output(int width) {
    return output(tokens(), width);
  }

  /** Room for the op's value of so many rows. */
  Rows output(int rows, int width);

  /** Room for a value with as many rows, as long, as another has. */
  default Rows outputLike(Rows x) {
    return output(x.count(), x.width());
  }

  /** How many new tokens, and sequences, there are. */
  int tokens();

  /** Whole numbers, one for each token or fewer, that the caller fed under a name. */
  Optional<int[]> feed(String name);

  /** What this node remembers of earlier tokens. */
  Cache cache();

  /** Numbers of no value that the op may write while it computes; used again by later ops. */
  float[] scratch(int size);
}
