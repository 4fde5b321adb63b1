package dev.lorax.cli.training;

import dev.lorax.train.Step;
import java.time.Duration;
import java.util.List;

/**
 * The first steps of a run, tried to see how long it will take and whether it learns.
 *
 * @param steps what they did
 * @param measurement how long one measurement will take; zero where nothing is held out
 */
public record Trial(List<Step> steps, Duration measurement) {
  /** Copies the list. */
  public Trial {
    steps = List.copyOf(steps);
  }

  /**
   * Tokens passed through the model in a second, by the fastest step: what else the machine does,
   * and all that is done for the first time, only makes steps slower.
   */
  public double tokensPerSecond() {
    return steps.stream().mapToDouble(Step::tokensPerSecond).max().orElse(0);
  }

  /** Whether any step had a learning rate above zero; the first of a warm-up has not. */
  public boolean moved() {
    return steps.stream().anyMatch(step -> step.learningRate() > 0);
  }
}
