package dev.lorax.algebra;

import dev.lorax.lora.Adapter;
import dev.lorax.lora.Factors;
import java.util.List;

/**
 * How several adapters become one, with PEFT's arithmetic (its {@code add_weighted_adapter}).
 *
 * <p>What is asked for is done with a single adapter, too, where PEFT takes {@code linear}; and the
 * scale of what comes out is 1, also where the first adapter's scales are rank-stabilised.
 */
public interface Combination {
  /** The names of all that are known. */
  static List<String> names() {
    return CombinationKind.KNOWN.stream().map(CombinationKind::name).toList();
  }

  /**
   * The combination of that name, as PEFT has it.
   *
   * @throws IllegalArgumentException if there is none, if it needs an option that is not given, or
   *     takes no such option as is given
   */
  static Combination named(String name, CombinationOptions options) {
    return CombinationKind.named(name).with(options);
  }

  /**
   * The combined change of one matrix, {@code B · A}.
   *
   * @param terms at least one, in the open scope
   * @param rank the largest rank of any change of these adapters
   * @param seed for what is drawn
   * @throws IllegalArgumentException if the terms cannot be combined so
   */
  Factors factors(List<Term> terms, int rank, long seed);

  /**
   * A plain adapter that changes whatever one of the members does. The members stay as they are.
   *
   * @throws IllegalArgumentException if there is none, if they belong to different graphs, if one
   *     is not plain, or if their ranks differ where they must not
   */
  default Adapter of(List<Weighted> members) {
    return of(members, 0);
  }

  /** The same; equal seeds draw the same. */
  default Adapter of(List<Weighted> members, long seed) {
    return Combining.combine(this, members, seed);
  }
}
