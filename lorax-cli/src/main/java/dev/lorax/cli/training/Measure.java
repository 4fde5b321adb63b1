package dev.lorax.cli.training;

import dev.lorax.classify.Scores;
import dev.lorax.train.Evaluation;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How well the model predicted what is held out at some moment of a run.
 *
 * @param step after how many steps; 0 before the first
 * @param evaluation its loss
 * @param scores how well it told classes apart, if that is what it does
 */
public record Measure(long step, Evaluation evaluation, Optional<Scores> scores) {
  /** Of a model that writes. */
  public Measure(long step, Evaluation evaluation) {
    this(step, evaluation, Optional.empty());
  }

  /** Of a model that chooses a class for each text. */
  public static Measure of(long step, Scores scores) {
    Evaluation evaluation = new Evaluation(scores.loss(), scores.accuracy().count());
    return new Measure(step, evaluation, Optional.of(scores));
  }

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
