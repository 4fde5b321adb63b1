package dev.lorax.algebra;

import dev.lorax.lora.Factors;
import dev.lorax.tensor.Svd;
import dev.lorax.tensor.Tensor;

/**
 * The best product of a rank for a change (Eckart &amp; Young 1936).
 *
 * @param factors of scale 1
 * @param norm of the change
 * @param lost norm of what the product lacks
 */
record Truncation(Factors factors, double norm, double lost) {
  /** A is the right singular vectors, B the left times the values, as PEFT and sd-scripts do. */
  static Factors factors(Svd parts) {
    return new Factors(parts.right(), parts.left().mul(parts.values()));
  }

  /** Of a product, out of its factors. */
  static Truncation of(TargetGroup.Change change, RankRule rule) {
    Factors whole = change.factors();
    Svd parts = Svd.ofProduct(whole.b().mul(change.scale()), whole.a());
    Spectrum spectrum = Spectrum.of(parts, 1);
    int rank = Math.min(rule.rank(spectrum), spectrum.values().size());
    return new Truncation(factors(parts.truncated(rank)), spectrum.norm(), spectrum.lost(rank));
  }

  /** Of a matrix [out, in]. */
  static Truncation of(Tensor matrix, int rank, Decomposition decomposition) {
    Factors factors = factors(decomposition.of(matrix, rank));
    double lost = matrix.sub(factors.product()).norm().item();
    return new Truncation(factors, matrix.norm().item(), lost);
  }

  Approximation of(TargetGroup group) {
    return new Approximation(group.name(), factors.rank(), norm, lost);
  }
}
