package dev.lorax.algebra;

import dev.lorax.lora.Factors;
import dev.lorax.tensor.Svd;
import java.util.List;
import java.util.OptionalInt;

/** The products combined number by number, and the best approximation of that at a rank. */
record ProductCombination(Mixture mixture, OptionalInt wanted) implements Combination {
  @Override
  public Factors factors(List<Term> terms, int rank, long seed) {
    List<Double> weights = terms.stream().map(Term::weight).toList();
    Svd whole = Svd.of(mixture.of(terms.stream().map(Term::product).toList(), weights, seed));
    return Truncation.factors(whole.truncated(wanted.orElse(rank)));
  }
}
