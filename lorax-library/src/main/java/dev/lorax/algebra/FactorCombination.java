package dev.lorax.algebra;

import dev.lorax.graph.Seeds;
import dev.lorax.lora.Factors;
import java.util.List;

/**
 * A's combined with A's and B's with B's; each gets the root of the weight, and A its sign.
 *
 * <p>Cheap, and rough: products of one adapter's A with another's B come in, too.
 */
record FactorCombination(Mixture mixture) implements Combination {
  @Override
  public Factors factors(List<Term> terms, int rank, long seed) {
    List<Integer> ranks = terms.stream().map(term -> term.factors().rank()).distinct().toList();
    if (ranks.size() > 1) {
      throw new IllegalArgumentException(
          "adapters of ranks %s cannot be added number by number: combine them by cat or svd"
              .formatted(ranks));
    }
    List<Double> roots = terms.stream().map(FactorCombination::root).toList();
    List<Double> signed = terms.stream().map(t -> Math.signum(total(t)) * root(t)).toList();
    return new Factors(
        mixture.of(terms.stream().map(t -> t.factors().a()).toList(), signed, Seeds.mix(seed, 0)),
        mixture.of(terms.stream().map(t -> t.factors().b()).toList(), roots, Seeds.mix(seed, 1)));
  }

  private static double total(Term term) {
    return term.weight() * term.scale();
  }

  private static double root(Term term) {
    return Math.sqrt(Math.abs(total(term)));
  }
}
