package dev.lorax.cli.compatibility;

import java.util.List;

/** A program that reads adapters. */
interface Tool {
  /** What people call it. */
  String name();

  /** The target of {@code lorax export} that it reads. */
  String format();

  /** What it does not take, from what is worst. */
  List<Rule> rules();

  /** What it does not take of an adapter. */
  default List<Obstacle> obstacles(AdapterFacts facts) {
    return rules().stream().flatMap(rule -> rule.apply(facts).stream()).toList();
  }
}
