package dev.lorax.algebra;

import dev.lorax.lora.Factors;
import dev.lorax.tensor.Tensor;
import java.util.List;

/** The exact sum: A's below each other, B's beside each other, and the ranks add up. */
record Concatenation() implements Combination {
  @Override
  public Factors factors(List<Term> terms, int rank, long seed) {
    return new Factors(
        Tensor.cat(
            0,
            terms.stream()
                .map(term -> term.factors().a().mul(term.weight() * term.scale()))
                .toArray(Tensor[]::new)),
        Tensor.cat(1, terms.stream().map(term -> term.factors().b()).toArray(Tensor[]::new)));
  }
}
