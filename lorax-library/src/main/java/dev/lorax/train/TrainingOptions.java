package dev.lorax.train;

import dev.lorax.tensor.CrossEntropy;

/**
 * The numbers of a run.
 *
 * @param steps optimiser steps
 * @param learningRate the schedule's peak
 * @param schedule its shape
 * @param warmup steps of its rise
 * @param weightDecay decoupled decay per step, times the learning rate
 * @param beta1 decay of the mean of gradients
 * @param beta2 decay of the mean of their squares
 * @param epsilon added to the deviation
 * @param clip largest norm of all gradients together; 0: no limit
 * @param accumulation batches whose gradients add up to one step
 * @param loss what is measured on each supervised row
 * @param seed of dropout and noise
 */
record TrainingOptions(
    long steps,
    double learningRate,
    Schedule schedule,
    long warmup,
    double weightDecay,
    double beta1,
    double beta2,
    double epsilon,
    double clip,
    int accumulation,
    CrossEntropy loss,
    long seed) {

  /** The learning rate in a step, from 0. */
  double rate(long step) {
    return schedule.rate(learningRate, step, warmup, steps);
  }
}
