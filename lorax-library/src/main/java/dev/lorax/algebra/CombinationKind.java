package dev.lorax.algebra;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A combination by name. A new one is a line here.
 *
 * @param name PEFT's
 * @param pruning of each adapter's numbers
 * @param elects whether numbers of the minority's sign are left out
 * @param place what is combined
 */
record CombinationKind(String name, Pruning pruning, boolean elects, Place place) {
  static final List<CombinationKind> KNOWN =
      List.of(
          new CombinationKind("linear", Pruning.NONE, false, Place.FACTORS),
          new CombinationKind("cat", Pruning.NONE, false, Place.BESIDE),
          new CombinationKind("svd", Pruning.NONE, false, Place.PRODUCTS),
          new CombinationKind("ties", Pruning.MAGNITUDE, true, Place.FACTORS),
          new CombinationKind("ties_svd", Pruning.MAGNITUDE, true, Place.PRODUCTS),
          new CombinationKind("dare_linear", Pruning.RANDOM, false, Place.FACTORS),
          new CombinationKind("dare_linear_svd", Pruning.RANDOM, false, Place.PRODUCTS),
          new CombinationKind("dare_ties", Pruning.RANDOM, true, Place.FACTORS),
          new CombinationKind("dare_ties_svd", Pruning.RANDOM, true, Place.PRODUCTS),
          new CombinationKind("magnitude_prune", Pruning.MAGNITUDE, false, Place.FACTORS),
          new CombinationKind("magnitude_prune_svd", Pruning.MAGNITUDE, false, Place.PRODUCTS));

  /** What is combined. */
  enum Place {
    /** A's with A's and B's with B's. */
    FACTORS {
      @Override
      Combination combination(Mixture mixture, OptionalInt rank) {
        return new FactorCombination(mixture);
      }
    },
    /** The products, whose sum an SVD makes two matrices again. */
    PRODUCTS {
      @Override
      Combination combination(Mixture mixture, OptionalInt rank) {
        return mixture.equals(Mixture.SUM)
            ? new SumCombination(rank)
            : new ProductCombination(mixture, rank);
      }
    },
    /** Nothing: A's lie below each other, B's beside. */
    BESIDE {
      @Override
      Combination combination(Mixture mixture, OptionalInt rank) {
        return new Concatenation();
      }
    };

    abstract Combination combination(Mixture mixture, OptionalInt rank);
  }

  static CombinationKind named(String name) {
    return KNOWN.stream()
        .filter(kind -> kind.name.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "There is no combination '%s': known are %s"
                        .formatted(name, String.join(", ", Combination.names()))));
  }

  Combination with(CombinationOptions options) {
    boolean prunes = pruning != Pruning.NONE;
    if (prunes && options.density().isEmpty()) {
      throw new IllegalArgumentException(
          "%s needs a density, the share of numbers that are kept".formatted(name));
    }
    refuse("density", !prunes && options.density().isPresent());
    refuse("way to elect a sign", !elects && options.majority().isPresent());
    refuse("rank", place != Place.PRODUCTS && options.rank().isPresent());
    Optional<MajoritySign> election =
        elects ? Optional.of(options.majority().orElse(MajoritySign.TOTAL)) : Optional.empty();
    Mixture mixture = new Mixture(pruning, options.density().orElse(1), election);
    return place.combination(mixture, options.rank());
  }

  private void refuse(String option, boolean given) {
    if (given) {
      throw new IllegalArgumentException("%s takes no %s".formatted(name, option));
    }
  }
}
