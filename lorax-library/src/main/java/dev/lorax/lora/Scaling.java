package dev.lorax.lora;

/**
 * The factor on a low-rank product.
 *
 * @param alpha its numerator
 * @param rankStabilized whether the denominator is √r (Kalajdzievski 2023) instead of r (Hu et al.
 *     2021)
 */
public record Scaling(double alpha, boolean rankStabilized) {
  /** Checks alpha; a negative one turns a change round. */
  public Scaling {
    if (!Double.isFinite(alpha) || alpha == 0) {
      throw new IllegalArgumentException("alpha must be a finite number but 0, not " + alpha);
    }
  }

  /** The factor alpha / r. */
  public static Scaling of(double alpha) {
    return new Scaling(alpha, false);
  }

  /** The factor for a rank. */
  public double factor(int rank) {
    return alpha / (rankStabilized ? Math.sqrt(rank) : rank);
  }

  @Override
  public String toString() {
    String number =
        alpha == Math.rint(alpha) ? Long.toString((long) alpha) : Double.toString(alpha);
    return "alpha " + number + (rankStabilized ? ", rank-stabilised" : "");
  }
}
