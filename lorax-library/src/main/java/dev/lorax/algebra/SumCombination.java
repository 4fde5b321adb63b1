package dev.lorax.algebra;

import dev.lorax.lora.Factors;
import dev.lorax.tensor.Svd;
import java.util.List;
import java.util.OptionalInt;

/** The best approximation of the exact sum at a rank, out of the factors alone. */
record SumCombination(OptionalInt wanted) implements Combination {
  @Override
  public Factors factors(List<Term> terms, int rank, long seed) {
    Factors sum = new Concatenation().factors(terms, rank, seed);
    return Truncation.factors(Svd.ofProduct(sum.b(), sum.a()).truncated(wanted.orElse(rank)));
  }
}
