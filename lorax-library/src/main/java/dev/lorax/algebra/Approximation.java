package dev.lorax.algebra;

/**
 * How well a plain product stands for a change.
 *
 * @param module the adapted node; of several in one matrix, the first and the others' last names
 * @param rank of the product
 * @param norm Euclidean norm of the change
 * @param lost Euclidean norm of what the product lacks
 */
public record Approximation(String module, int rank, double norm, double lost) {
  /** What is lost as a share of the change, 0 for exact. */
  public double lostShare() {
    return norm == 0 ? 0 : lost / norm;
  }
}
