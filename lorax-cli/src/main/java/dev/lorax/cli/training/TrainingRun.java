package dev.lorax.cli.training;

import dev.lorax.classify.Scores;
import dev.lorax.train.Evaluation;
import dev.lorax.train.Step;
import dev.lorax.train.Trainer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * One run of a trainer: measures before, in between and after, and remembers every step.
 *
 * <p>It prints nothing and saves nothing; an {@link Observer} may. It serves any trainer, whether
 * it trains an adapter or a whole model.
 */
public final class TrainingRun {
  private final Trainer trainer;
  private final Optional<HeldOut> heldOut;
  private final Rhythm rhythm;
  private final Observer observer;
  private final List<Step> steps = new ArrayList<>();
  private final List<Measure> measures = new ArrayList<>();
  private Optional<Supplier<Scores>> scores = Optional.empty();
  private Duration before = Duration.ZERO;
  private long done;

  /**
   * When to measure, and when to give up.
   *
   * @param every steps between measurements
   * @param patience measurements in a row without a better loss after which the run ends; 0: never
   */
  public record Rhythm(long every, int patience) {
    /** Whether the patience has ended. */
    boolean isHopeless(List<Measure> measures) {
      return patience > 0 && Measure.sinceBest(measures) >= patience;
    }
  }

  /**
   * A run that has not begun.
   *
   * @param heldOut what to measure on; empty: nothing is measured
   */
  public TrainingRun(Trainer trainer, Optional<HeldOut> heldOut, Rhythm rhythm, Observer observer) {
    this.trainer = trainer;
    this.heldOut = heldOut;
    this.rhythm = rhythm;
    this.observer = observer;
  }

  /** Goes on where an interrupted run was saved, after so many steps; the trainer stands there. */
  TrainingRun after(History earlier, long count) {
    done = count;
    steps.addAll(earlier.steps());
    measures.addAll(earlier.measures());
    before = earlier.time();
    return this;
  }

  /** Measures by those scores of what is held out, if there are any. */
  TrainingRun scoredBy(Optional<Supplier<Scores>> held) {
    scores = held;
    return this;
  }

  /**
   * Trains to the end, or until told to stop.
   *
   * @param stop asked after every step
   */
  public History run(BooleanSupplier stop) {
    long start = System.nanoTime();
    boolean interrupted = false;
    Optional<RuntimeException> failure = Optional.empty();
    try {
      measureIfDue(done % rhythm.every() == 0);
      interrupted = train(stop);
    } catch (RuntimeException failed) {
      failure = Optional.of(failed);
    }
    Optional<RuntimeException> late = end();
    failure = failure.isPresent() ? failure : late;
    Duration time = before.plusNanos(System.nanoTime() - start);
    return new History(steps, measures, interrupted, failure, time);
  }

  /** What has been learned is the caller's, whatever happens to those who watch. */
  private Optional<RuntimeException> end() {
    try {
      observer.ended();
      return Optional.empty();
    } catch (RuntimeException failed) {
      return Optional.of(failed);
    }
  }

  /** Returns whether it was stopped before its end. */
  private boolean train(BooleanSupplier stop) {
    if (rhythm.isHopeless(measures)) { // it had given up before it was resumed
      return false;
    }
    for (Step step : trainer) {
      steps.add(step);
      done = step.number();
      observer.stepped(step);
      boolean last = step.number() == step.of();
      boolean asked = !last && stop.getAsBoolean();
      measureIfDue(!asked && (last || step.number() % rhythm.every() == 0));
      observer.settled(step);
      if (asked || rhythm.isHopeless(measures)) {
        return asked;
      }
    }
    return false;
  }

  private Evaluation evaluation(HeldOut text) {
    return trainer.evaluate(text.batches(), text.count());
  }

  /** Not twice for the same step, where a run has been resumed. */
  private void measureIfDue(boolean due) {
    boolean known = measures.stream().anyMatch(measure -> measure.step() == done);
    if (due && !known && heldOut.isPresent()) {
      Measure measure =
          scores
              .map(held -> Measure.of(done, held.get()))
              .orElseGet(() -> new Measure(done, evaluation(heldOut.get())));
      measures.add(measure);
      observer.measured(measure);
    }
  }
}
