package dev.lorax.algebra;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.DoubleUnaryOperator;

/** Which rank is enough for a change; at least 1. */
@FunctionalInterface
public interface RankRule {
  /** How many of the singular values are kept. */
  int rank(Spectrum spectrum);

  /** That rank, whatever the values. */
  static RankRule fixed(int rank) {
    if (rank < 1) {
      throw new IllegalArgumentException("The rank must be at least 1, not " + rank);
    }
    return spectrum -> rank;
  }

  /**
   * The rule of that name, as sd-scripts has them: {@code sv_ratio} keeps values above the largest
   * divided by the number; {@code sv_fro} the fewest whose norm has that share of the whole; {@code
   * sv_cumulative} the fewest whose sum has.
   *
   * @throws IllegalArgumentException if there is none, or the number means nothing to it
   */
  static RankRule named(String name, double number) {
    return Named.KNOWN.stream()
        .filter(rule -> rule.name.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "There is no rule '%s' for ranks: known are %s"
                        .formatted(name, String.join(", ", names()))))
        .with(number);
  }

  /** The names of all rules that take a number. */
  static List<String> names() {
    return Named.KNOWN.stream().map(Named::name).toList();
  }

  /** The same, but never above that rank. */
  default RankRule atMost(int rank) {
    RankRule most = fixed(rank);
    return spectrum -> Math.min(rank(spectrum), most.rank(spectrum));
  }

  /**
   * A rule that takes a number. A new one is a line here.
   *
   * @param rank of values and number
   */
  record Named(String name, boolean share, BiFunction<Spectrum, Double, Integer> rank) {
    static final List<Named> KNOWN =
        List.of(
            new Named("sv_ratio", false, (s, ratio) -> above(s, s.values().get(0) / ratio)),
            new Named("sv_fro", true, (s, share) -> fewest(s, share * share, v -> v * v)),
            new Named("sv_cumulative", true, (s, share) -> fewest(s, share, v -> v)));

    RankRule with(double number) {
      boolean fits = share ? number > 0 && number <= 1 : number >= 1 && Double.isFinite(number);
      if (!fits) {
        throw new IllegalArgumentException(
            "%s takes %s, not %s"
                .formatted(name, share ? "a share above 0, at most 1" : "a ratio from 1", number));
      }
      return spectrum -> Math.max(1, rank.apply(spectrum, number));
    }

    private static int above(Spectrum spectrum, double bound) {
      return (int) spectrum.values().stream().filter(value -> value > bound).count();
    }

    private static int fewest(Spectrum spectrum, double share, DoubleUnaryOperator part) {
      double all = spectrum.values().stream().mapToDouble(v -> part.applyAsDouble(v)).sum();
      double sum = 0;
      int count = 0;
      while (count < spectrum.values().size() && sum < share * all) {
        sum += part.applyAsDouble(spectrum.values().get(count++));
      }
      return count;
    }
  }
}
