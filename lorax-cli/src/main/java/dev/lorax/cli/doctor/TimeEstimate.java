package dev.lorax.cli.doctor;

import dev.lorax.cli.training.Material;
import dev.lorax.cli.training.TrainingPlan;
import dev.lorax.cli.training.Trial;
import java.time.Duration;

/**
 * How long a run will take, by its first steps.
 *
 * @param tried how many those were
 * @param tokensPerSecond that the fastest of them passed through the model
 * @param step a step on average
 * @param steps of the whole run
 * @param whole the run with its measurements, but without saving
 */
public record TimeEstimate(
    int tried, double tokensPerSecond, Duration step, long steps, Duration whole) {

  static TimeEstimate of(Trial trial, TrainingPlan plan, Material material) {
    double seconds = plan.samplesPerStep() * material.meanTokens() / trial.tokensPerSecond();
    long measurements = plan.heldOut().isEmpty() ? 0 : 2 + (plan.steps() - 1) / plan.evalEvery();
    double whole = plan.steps() * seconds + measurements * trial.measurement().toNanos() / 1e9;
    return new TimeEstimate(
        trial.steps().size(),
        trial.tokensPerSecond(),
        duration(seconds),
        plan.steps(),
        duration(whole));
  }

  private static Duration duration(double seconds) {
    return Duration.ofNanos((long) (seconds * 1e9));
  }
}
