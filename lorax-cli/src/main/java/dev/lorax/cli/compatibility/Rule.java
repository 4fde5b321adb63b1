package dev.lorax.cli.compatibility;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/** A line of a program's table: from facts to an obstacle, where they make one. */
@FunctionalInterface
interface Rule {
  Optional<Obstacle> apply(AdapterFacts facts);

  /** An obstacle that is always told alike. */
  static Rule of(Predicate<AdapterFacts> when, String what, Remedy remedy) {
    return of(when, facts -> what, remedy);
  }

  /** An obstacle that names what it is about. */
  static Rule of(Predicate<AdapterFacts> when, Function<AdapterFacts, String> what, Remedy remedy) {
    return facts ->
        Optional.of(facts).filter(when).map(found -> new Obstacle(what.apply(found), remedy));
  }
}
