package dev.lorax.train;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Parameters;
import dev.lorax.run.Recomputation;
import java.util.OptionalLong;

/** Collects the numbers of a run; every method returns the builder. */
public final class TrainerBuilder {
  final Graph graph;
  final Parameters all;
  final Parameters trained;
  final Batches batches;
  private long steps = 100;
  private double learningRate = 3e-4;
  private Schedule schedule = Schedule.CONSTANT;
  private long warmup;
  private double weightDecay;
  private double clip = 1;
  private int accumulation = 1;
  Recomputation recomputation = Recomputation.NONE;
  private OptionalLong seed = OptionalLong.empty();

  TrainerBuilder(Graph graph, Parameters all, Parameters trained, Batches batches) {
    this.graph = graph;
    this.all = all;
    this.trained = trained;
    this.batches = batches;
  }

  /** Optimiser steps; 100 unless told otherwise. */
  public TrainerBuilder steps(long count) {
    steps = atLeast(1, count, "steps");
    return this;
  }

  /** The schedule's peak; 3e-4 unless told otherwise. */
  public TrainerBuilder learningRate(double rate) {
    if (!(rate > 0) || !Double.isFinite(rate)) {
      throw new IllegalArgumentException("The learning rate must be positive, not " + rate);
    }
    learningRate = rate;
    return this;
  }

  /** How the learning rate goes over the run; constant unless told otherwise. */
  public TrainerBuilder schedule(Schedule shape) {
    schedule = shape;
    return this;
  }

  /** Steps over which the learning rate rises from 0; none unless told otherwise. */
  public TrainerBuilder warmup(long count) {
    warmup = atLeast(0, count, "warm-up steps");
    return this;
  }

  /** Decoupled weight decay; 0 unless told otherwise. */
  public TrainerBuilder weightDecay(double decay) {
    if (!(decay >= 0) || !Double.isFinite(decay)) {
      throw new IllegalArgumentException("The weight decay must not be negative: " + decay);
    }
    weightDecay = decay;
    return this;
  }

  /** The largest norm of all gradients together; 1 unless told otherwise, 0 for no limit. */
  public TrainerBuilder clip(double norm) {
    if (!(norm >= 0)) {
      throw new IllegalArgumentException("The largest gradient norm must not be negative: " + norm);
    }
    clip = norm;
    return this;
  }

  /** Batches whose gradients add up to one step; 1 unless told otherwise. */
  public TrainerBuilder accumulation(int count) {
    accumulation = (int) atLeast(1, count, "accumulated batches");
    return this;
  }

  /** What is computed twice to save memory; nothing unless told otherwise. */
  public TrainerBuilder recomputation(Recomputation memory) {
    recomputation = memory;
    return this;
  }

  /** The seed of dropout; from the clock unless given. */
  public TrainerBuilder seed(long value) {
    seed = OptionalLong.of(value);
    return this;
  }

  /**
   * Prepares the run: allocates gradients and the optimiser's state.
   *
   * @throws IllegalArgumentException if a weight is kept quantised
   */
  public Trainer build() {
    all.asMap(); // refuses quantised weights now, not in the first step
    return Trainer.start(this);
  }

  TrainingOptions options() {
    return new TrainingOptions(
        steps,
        learningRate,
        schedule,
        warmup,
        weightDecay,
        0.9,
        0.999,
        1e-8,
        clip,
        accumulation,
        seed.orElseGet(System::nanoTime));
  }

  private static long atLeast(long least, long value, String what) {
    if (value < least) {
      throw new IllegalArgumentException(
          "The number of %s must be at least %d, not %d".formatted(what, least, value));
    }
    return value;
  }
}
