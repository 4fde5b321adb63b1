package dev.lorax.cli.training;

import dev.lorax.train.Evaluation;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How well the model predicted what is held out at some moment of a run.
 *
 * @param step after how many steps; 0 before the first
 * @param evaluation what was measured
 */
public record Measure(long step, Evaluation evaluation) {
  /** The one with the lowest loss after some training; the first of equals. */
  public static Optional<Measure> best(List<Measure> measures) {
    return measures.stream()
        .filter(measure -> measure.step() > 0)
        .min(Comparator.comparingDouble(measure -> measure.evaluation().loss()));
  }

  /** How many came after the best one. */
  static long sinceBest(List<Measure> measures) {
    return best(measures)
        .map(best -> measures.stream().filter(one -> one.step() > best.step()).count())
        .orElse(0L);
  }
}
