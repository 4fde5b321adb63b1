package dev.lorax.cli.training;

import dev.lorax.train.Evaluation;

/**
 * How well the model predicted the held-out text at some moment of a run.
 *
 * @param step after how many steps; 0 before the first
 * @param evaluation what was measured
 */
public record Measure(long step, Evaluation evaluation) {}
