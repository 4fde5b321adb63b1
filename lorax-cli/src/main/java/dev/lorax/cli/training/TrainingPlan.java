package dev.lorax.cli.training;

import dev.lorax.cli.console.Failure;
import dev.lorax.train.Batches;
import dev.lorax.train.Windows;
import java.util.Optional;

/**
 * What a run will do, all numbers settled.
 *
 * @param steps optimiser steps
 * @param warmup steps of the learning rate's rise
 * @param evalEvery steps between measurements
 * @param window tokens of a window
 * @param windows how many windows the text has, one after the other
 * @param windowsPerStep how many windows a step learns from
 * @param batches what is learned from
 * @param heldOut what is measured on
 */
public record TrainingPlan(
    long steps,
    long warmup,
    long evalEvery,
    int window,
    long windows,
    int windowsPerStep,
    Batches batches,
    Optional<HeldOut> heldOut) {
  private static final double USUAL_EPOCHS = 3;

  /**
   * Settles the numbers for a text and a model.
   *
   * @param context the longest sequence of the model
   * @throws Failure if the text is too short or a number does not fit
   */
  public static TrainingPlan of(TrainingOptions options, TextData data, int context) {
    options.check();
    int window = options.window(context);
    if (data.train().length <= window) {
      throw Failure.of(tooShort(data, window));
    }
    Windows windows =
        Failure.orUsage(() -> Batches.windows(data.train(), window).size(options.batchSize));
    int together = options.batchSize * options.accumulate;
    long steps = steps(options, windows.count(), together);
    return new TrainingPlan(
        steps,
        options.warmup == null ? Math.min(100, steps / 20) : options.warmup,
        options.evalEvery == null ? Math.max(1, steps / 5) : options.evalEvery,
        window,
        windows.count(),
        together,
        options.consecutive ? windows.consecutive() : windows.random(options.seed),
        HeldOut.of(data.heldOut(), window, options.batchSize));
  }

  private static long steps(TrainingOptions options, long windows, int together) {
    if (options.steps != null) {
      return options.steps;
    }
    double epochs = options.epochs == null ? USUAL_EPOCHS : options.epochs;
    return Math.max(1, (long) Math.ceil(epochs * windows / together));
  }

  /** How often the run goes over the text. */
  public double epochs() {
    return (double) steps * windowsPerStep / windows;
  }

  private static String tooShort(TextData data, int window) {
    return ("%s has %d tokens to learn from, too few for one window of %d: give more text,"
            + " or --window %d or less%s")
        .formatted(
            data.name(),
            data.train().length,
            window,
            Math.max(1, data.train().length - 1),
            data.heldOut().length > 0 ? ", or --held-out 0" : "");
  }
}
