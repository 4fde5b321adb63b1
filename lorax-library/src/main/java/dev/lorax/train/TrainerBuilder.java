package dev.lorax.train;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Parameters;
import dev.lorax.run.Recomputation;
import dev.lorax.tensor.CrossEntropy;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;

/** Collects the numbers of a run; every method returns the builder. */
public final class TrainerBuilder {
  private static final double MOST_RATE = 1e20; // larger steps are no float32

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
  private CrossEntropy loss = CrossEntropy.PLAIN;
  private OptionalLong seed = OptionalLong.empty();
  ToDoubleFunction<String> rateFactors = name -> 1;
  Recomputation recomputation = Recomputation.NONE;
  UnaryOperator<Graph> rewrite = UnaryOperator.identity();
  Optional<TrainerState> resumed = Optional.empty();

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
    if (!(rate > 0) || rate > MOST_RATE) {
      throw new IllegalArgumentException(
          "The learning rate must be positive and at most %s, not %s".formatted(MOST_RATE, rate));
    }
    learningRate = rate;
    return this;
  }

  /**
   * A factor on the learning rate of each parameter, by its full name: for LoRA+, {@code LoraPlus};
   * 1 for all unless told otherwise. Weight decay follows the rate.
   */
  public TrainerBuilder rateFactors(ToDoubleFunction<String> factors) {
    rateFactors = factors;
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

  /**
   * The share of each target's weight that all words get in equal parts, in [0, 1); none unless
   * told otherwise. Evaluation knows nothing of it.
   */
  public TrainerBuilder labelSmoothing(double share) {
    loss = new CrossEntropy(share);
    return this;
  }

  /**
   * What becomes of the graph for training alone, such as {@link Neftune}; nothing unless told
   * otherwise. It must need no other parameters.
   */
  public TrainerBuilder rewrite(UnaryOperator<Graph> forTraining) {
    rewrite = forTraining;
    return this;
  }

  /** What is computed twice to save memory; nothing unless told otherwise. */
  public TrainerBuilder recomputation(Recomputation memory) {
    recomputation = memory;
    return this;
  }

  /** The seed of dropout and noise; that of the run resumed, or from the clock, unless given. */
  public TrainerBuilder seed(long value) {
    seed = OptionalLong.of(value);
    return this;
  }

  /**
   * Goes on where another run was: its values replace those of the trained parameters. The result
   * is the uninterrupted run's, bit for bit, if all other numbers are the same. The state may be
   * closed once the trainer is built.
   */
  public TrainerBuilder resume(TrainerState state) {
    resumed = Optional.of(state);
    return this;
  }

  /**
   * Prepares the run: allocates gradients and the optimiser's state.
   *
   * @throws IllegalArgumentException if the state to be resumed is of other parameters or another
   *     seed
   */
  public Trainer build() {
    resumed.ifPresent(this::checkResumed);
    return Trainer.start(this);
  }

  private void checkResumed(TrainerState state) {
    state.check(trained);
    if (state.steps() > steps) {
      throw new IllegalArgumentException(
          "The run that is resumed has done %d steps, more than the %d of this one"
              .formatted(state.steps(), steps));
    }
    if (seed.isPresent() && seed.getAsLong() != state.seed()) {
      throw new IllegalArgumentException(
          "The run that is resumed has seed %d, not %d: give that seed or none"
              .formatted(state.seed(), seed.getAsLong()));
    }
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
        loss,
        seed.orElseGet(() -> resumed.map(TrainerState::seed).orElseGet(System::nanoTime)));
  }

  private static long atLeast(long least, long value, String what) {
    if (value < least) {
      throw new IllegalArgumentException(
          "The number of %s must be at least %d, not %d".formatted(what, least, value));
    }
    return value;
  }
}
