package dev.lorax.cli.training;

import dev.lorax.train.Step;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What happened in a run.
 *
 * @param steps every step done
 * @param measures every measurement on the held-out text
 * @param interrupted whether the caller stopped it before its end
 * @param failure what stopped it, if something did; the values are those of the last good step
 * @param time from start to end, measurements included
 */
public record History(
    List<Step> steps,
    List<Measure> measures,
    boolean interrupted,
    Optional<RuntimeException> failure,
    Duration time) {

  /** Nothing has happened yet. */
  public static final History NONE =
      new History(List.of(), List.of(), false, Optional.empty(), Duration.ZERO);

  /** Copies the lists. */
  public History {
    steps = List.copyOf(steps);
    measures = List.copyOf(measures);
  }

  /** The measurement before the first step. */
  public Optional<Measure> before() {
    return measures.stream().filter(measure -> measure.step() == 0).findFirst();
  }

  /** The measurement after the last step. */
  public Optional<Measure> after() {
    return after(last());
  }

  /** The measurement after some step, which is not the one before training. */
  public Optional<Measure> after(long step) {
    return measures.stream().filter(m -> m.step() == step && step > 0).findFirst();
  }

  /** The number of the last step; 0 if there is none. */
  public long last() {
    return steps.isEmpty() ? 0 : steps.get(steps.size() - 1).number();
  }

  /** The measurement with the lowest loss after some training. */
  public Optional<Measure> best() {
    return Measure.best(measures);
  }

  /** Whether the run ended by itself before its last step, since it no longer became better. */
  public boolean gaveUp() {
    boolean whole = steps.isEmpty() || last() == steps.get(0).of();
    return !whole && !interrupted && failure.isEmpty();
  }

  /** Tokens passed through the model in training. */
  public long tokens() {
    return steps.stream().mapToLong(Step::tokens).sum();
  }

  /** Tokens a second over the training steps alone. */
  public double tokensPerSecond() {
    double seconds = steps.stream().mapToLong(step -> step.time().toNanos()).sum() / 1e9;
    return seconds == 0 ? 0 : tokens() / seconds;
  }
}
