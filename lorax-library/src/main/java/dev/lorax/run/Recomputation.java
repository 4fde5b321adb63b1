package dev.lorax.run;

/**
 * How much of a graph is computed a second time on the way back, instead of being kept.
 *
 * @param share of the stretches between residual connections, from the graph's beginning; 0: none,
 *     1: all. Where it is not 0, the other stretches do not keep what is computed fast, either: the
 *     weights of attention
 */
public record Recomputation(double share) {
  /** Everything that the way back needs is kept: fastest. */
  public static final Recomputation NONE = new Recomputation(0);

  /** Only what flows from stretch to stretch is kept: smallest, a third more work. */
  public static final Recomputation ALL = new Recomputation(1);

  /** Checks the share. */
  public Recomputation {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("A share must be between 0 and 1, not " + share);
    }
  }

  /** Whether memory is short. */
  boolean isSparing() {
    return share > 0;
  }
}
