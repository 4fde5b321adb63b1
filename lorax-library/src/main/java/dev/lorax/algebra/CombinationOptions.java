package dev.lorax.algebra;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What some combinations need to know.
 *
 * @param density the share of numbers that pruning keeps, above 0, at most 1
 * @param majority how signs are elected; empty: by {@link MajoritySign#TOTAL}
 * @param rank of what an SVD leaves; empty: the largest of the adapters'
 */
public record CombinationOptions(
    OptionalDouble density, Optional<MajoritySign> majority, OptionalInt rank) {
  /** None. */
  public static final CombinationOptions NONE =
      new CombinationOptions(OptionalDouble.empty(), Optional.empty(), OptionalInt.empty());

  /** Checks them. */
  public CombinationOptions {
    if (density.isPresent() && !(density.getAsDouble() > 0 && density.getAsDouble() <= 1)) {
      throw new IllegalArgumentException(
          "The density must be above 0 and at most 1, not " + density.getAsDouble());
    }
    if (rank.isPresent() && rank.getAsInt() < 1) {
      throw new IllegalArgumentException("The rank must be at least 1, not " + rank.getAsInt());
    }
  }

  /** A density. */
  public static CombinationOptions density(double share) {
    return new CombinationOptions(OptionalDouble.of(share), Optional.empty(), OptionalInt.empty());
  }

  /** The same with a rank for an SVD. */
  public CombinationOptions rank(int most) {
    return new CombinationOptions(density, majority, OptionalInt.of(most));
  }

  /** The same with a way to elect signs. */
  public CombinationOptions majority(MajoritySign election) {
    return new CombinationOptions(density, Optional.of(election), rank);
  }
}
