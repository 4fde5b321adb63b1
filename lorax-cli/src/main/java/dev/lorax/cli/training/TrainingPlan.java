package dev.lorax.cli.training;

import dev.lorax.cli.console.Failure;
import dev.lorax.train.Batches;
import java.util.Optional;

/**
 * What a run will do, all numbers settled.
 *
 * @param steps optimiser steps
 * @param warmup steps of the learning rate's rise
 * @param evalEvery steps between measurements
 * @param samplesPerStep how many samples a step learns from
 * @param perEpoch how many samples one pass over the material has
 * @param batches what is learned from
 * @param heldOut what is measured on
 */
public record TrainingPlan(
    long steps,
    long warmup,
    long evalEvery,
    int samplesPerStep,
    long perEpoch,
    Batches batches,
    Optional<HeldOut> heldOut) {
  private static final double USUAL_EPOCHS = 3;

  /**
   * Settles the numbers for some material.
   *
   * @throws Failure if a number does not fit
   */
  public static TrainingPlan of(TrainingOptions options, Material material) {
    options.check();
    int together = options.batchSize * options.accumulate;
    Optional<HeldOut> heldOut = material.heldOut(options.batchSize);
    if (heldOut.isEmpty()) {
      requireUnmeasured(options);
    }
    long steps = steps(options, material.perEpoch(), together);
    return new TrainingPlan(
        steps,
        options.warmup == null ? Math.min(100, steps / 20) : options.warmup,
        options.evalEvery == null ? Math.max(1, steps / 5) : options.evalEvery,
        together,
        material.perEpoch(),
        material.batches(options.batchSize, options.seed),
        heldOut);
  }

  /** What is said of measurements does nothing where there are none. */
  private static void requireUnmeasured(TrainingOptions options) {
    if (options.patience > 0 || options.evalEvery != null) {
      throw Failure.usage(
          "%s would do nothing here, since %s: leave it out, of the recipe too, or give %s or --validation"
              .formatted(
                  options.patience > 0 ? "--patience" : "--eval-every",
                  options.share() > 0
                      ? "--held-out %s is too small a share to hold anything out"
                          .formatted(options.share())
                      : "nothing is held out to measure on",
                  options.share() > 0 ? "a larger one" : "--held-out"));
    }
  }

  private static long steps(TrainingOptions options, long perEpoch, int together) {
    if (options.steps != null) {
      return options.steps;
    }
    double epochs = options.epochs == null ? USUAL_EPOCHS : options.epochs;
    return Math.max(1, (long) Math.ceil(epochs * perEpoch / together));
  }

  /** How often the run goes over the material. */
  public double epochs() {
    return (double) steps * samplesPerStep / perEpoch;
  }
}
