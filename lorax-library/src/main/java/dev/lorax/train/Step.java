package dev.lorax.train;

import java.time.Duration;
import java.util.Locale;

/**
 * What one optimiser step did.
 *
 * @param number from 1
 * @param of how many steps the run has
 * @param loss mean cross-entropy over the step's supervised tokens, in nats, before the update
 * @param learningRate used in this step
 * @param gradientNorm Euclidean norm of all gradients before clipping
 * @param supervised tokens learned from
 * @param tokens tokens passed through the model
 * @param time the step took
 */
public record Step(
    long number,
    long of,
    double loss,
    double learningRate,
    double gradientNorm,
    int supervised,
    int tokens,
    Duration time) {

  /** Tokens passed through the model in a second. */
  public double tokensPerSecond() {
    return tokens / Math.max(1e-9, time.toNanos() / 1e9);
  }

  /** One line for a log. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "step %d/%d  loss %.4f  lr %.2e  |g| %.3f  %.0f tok/s",
        number,
        of,
        loss,
        learningRate,
        gradientNorm,
        tokensPerSecond());
  }
}
