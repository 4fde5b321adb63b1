package dev.lorax.cli.training;

import dev.lorax.train.Step;
import dev.lorax.train.Trainer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * One run of a trainer: measures before, in between and after, and remembers every step.
 *
 * <p>It prints nothing and saves nothing; an {@link Observer} may. It serves any trainer, whether
 * it trains an adapter or a whole model.
 */
public final class TrainingRun {
  private final Trainer trainer;
  private final Optional<HeldOut> heldOut;
  private final long every;
  private final Observer observer;
  private final List<Step> steps = new ArrayList<>();
  private final List<Measure> measures = new ArrayList<>();

  /**
   * A run that has not begun.
   *
   * @param heldOut what to measure on; empty: nothing is measured
   * @param every steps between measurements
   */
  public TrainingRun(Trainer trainer, Optional<HeldOut> heldOut, long every, Observer observer) {
    this.trainer = trainer;
    this.heldOut = heldOut;
    this.every = every;
    this.observer = observer;
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
      measure();
      interrupted = train(stop);
    } catch (RuntimeException failed) {
      failure = Optional.of(failed);
    } finally {
      observer.ended();
    }
    Duration time = Duration.ofNanos(System.nanoTime() - start);
    return new History(steps, measures, interrupted, failure, time);
  }

  /** Returns whether it was stopped before its end. */
  private boolean train(BooleanSupplier stop) {
    for (Step step : trainer) {
      steps.add(step);
      observer.stepped(step);
      boolean last = step.number() == step.of();
      if (!last && stop.getAsBoolean()) {
        return true;
      }
      if (last || step.number() % every == 0) {
        measure();
      }
    }
    return false;
  }

  private void measure() {
    heldOut.ifPresent(
        text -> {
          Measure measure =
              new Measure(steps.size(), trainer.evaluate(text.batches(), text.count()));
          measures.add(measure);
          observer.measured(measure);
        });
  }
}
