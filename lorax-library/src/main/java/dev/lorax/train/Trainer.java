package dev.lorax.train;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Mode;
import dev.lorax.graph.Parameterized;
import dev.lorax.graph.Parameters;
import dev.lorax.run.Backpropagation;
import dev.lorax.run.Pass;
import dev.lorax.run.Session;
import dev.lorax.tensor.BufferPool;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.time.Duration;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * Trains parameters on batches, one optimiser step at a time.
 *
 * <p>The values are trained in place: after each step the parameters given hold the new ones. Loop
 * over it with {@code for}; leaving the loop early is fine, and going on later too. A run is
 * bit-reproducible on the CPU for the same seed, threads and machine.
 */
public final class Trainer implements Iterable<Step>, AutoCloseable {
  private final Session session;
  private final Batches batches;
  private final TrainingOptions options;
  private final FlatParameters flat;
  private final Backpropagation backpropagation;
  private final AdamW optimizer;
  private boolean closed;

  private Trainer(TrainerBuilder builder, Graph graph, FlatParameters flat) {
    this.flat = flat;
    session = new Session(builder.graph, builder.all);
    batches = builder.batches;
    options = builder.options();
    backpropagation = new Backpropagation(graph, builder.all, flat.slices(), builder.recomputation);
    optimizer = optimizer(builder.resumed);
  }

  private AdamW optimizer(Optional<TrainerState> resumed) {
    AdamW fresh = new AdamW(flat, options);
    try {
      resumed.ifPresent(state -> state.restore(flat, fresh));
      return fresh;
    } catch (RuntimeException | Error failed) {
      fresh.close();
      throw failed;
    }
  }

  /**
   * Trains {@code trained} on top of a frozen base.
   *
   * @param base frozen values
   * @param trained the graph to run, and the float32 values to train: an adapter
   * @param batches what to learn from
   */
  public static TrainerBuilder of(Parameterized base, Parameterized trained, Batches batches) {
    Parameters all = base.parameters().and(trained.parameters());
    return new TrainerBuilder(trained.graph(), all, trained.trained(), batches);
  }

  /** Trains everything: nothing is frozen. */
  public static TrainerBuilder of(Parameterized model, Batches batches) {
    return new TrainerBuilder(model.graph(), model.parameters(), model.parameters(), batches);
  }

  /** Where that fails, the parameters are free for another trainer. */
  static Trainer start(TrainerBuilder builder) {
    Graph graph = builder.rewrite.apply(builder.graph);
    builder.all.check(graph); // before any value is moved
    FlatParameters flat = new FlatParameters(builder.trained, builder.rateFactors);
    try {
      return new Trainer(builder, graph, flat);
    } catch (RuntimeException | Error failed) {
      flat.close();
      throw failed;
    }
  }

  /** The steps that remain. */
  @Override
  public Iterator<Step> iterator() {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return optimizer.steps() < options.steps();
      }

      @Override
      public Step next() {
        if (!hasNext()) {
          throw new NoSuchElementException("The run has ended");
        }
        return step();
      }
    };
  }

  /** Measures the model as it stands on the first so many batches. */
  public Evaluation evaluate(Batches heldOut, long count) {
    try (BufferPool.Opening lending = backpropagation.lending()) {
      return Evaluation.of(session, heldOut, count);
    }
  }

  /**
   * One optimiser step over all its batches.
   *
   * @throws TrainingException if the loss or a gradient is not finite, or there is nothing to learn
   *     from; the values are those before the step
   */
  private Step step() {
    requireOpen();
    long start = System.nanoTime();
    long done = optimizer.steps();
    MicroBatches window = MicroBatches.of(batches, done, options.accumulation());
    int supervised = window.supervised();
    if (supervised == 0) {
      throw new TrainingException(
          "Step %d has no token to learn from: every label is masked".formatted(done + 1));
    }
    double loss = accumulate(window, supervised);
    double rate = options.rate(done);
    double norm = update(rate);
    Duration time = Duration.ofNanos(System.nanoTime() - start);
    return new Step(done + 1, options.steps(), loss, rate, norm, supervised, window.tokens(), time);
  }

  /** Adds up the gradients of the mean loss over all supervised tokens of the window. */
  private double accumulate(MicroBatches window, int supervised) {
    flat.clear(); // a step that failed may have left some
    double total = 0;
    for (int i = 0; i < window.list().size(); i++) {
      Batch batch = window.list().get(i);
      if (batch.supervised() == 0) {
        continue;
      }
      long number = window.first() + i;
      Pass pass = Loss.pass(batch, Mode.training(options.seed(), number));
      double loss = backpropagation.run(pass, Loss.of(batch, 1.0 / supervised, options.loss()));
      if (!Double.isFinite(loss)) {
        throw notFinite("loss", loss).in(number, Diagnosis.sequence(session, batch));
      }
      total += loss;
    }
    requireInfluence();
    return total;
  }

  private void requireInfluence() {
    for (String name : flat.slices().keySet()) {
      if (!backpropagation.learned().contains(name)) {
        throw new TrainingException(
            "The trained parameter %s has no influence on the loss, so it cannot learn"
                .formatted(name));
      }
    }
  }

  private double update(double rate) {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      Tensor gradients = flat.gradients();
      double norm = gradients.norm().item();
      if (!Double.isFinite(norm)) {
        throw notFinite("gradient", norm);
      }
      if (options.clip() > 0 && norm > options.clip()) {
        gradients.mulInPlace(options.clip() / (norm + 1e-6));
      }
      optimizer.step(rate);
      return norm;
    }
  }

  private TrainingException notFinite(String what, double value) {
    long done = optimizer.steps();
    String advice =
        done == 0
            ? "Nothing has been changed yet: look at the model's weights and the data"
            : "Lower the learning rate, or look at the data of that step";
    return new TrainingException(
        "The %s is %s in step %d; the values are those of step %d. %s"
            .formatted(what, value, done + 1, done, advice));
  }

  /** What another trainer needs to go on from here. It holds until the next step. */
  public TrainerState state() {
    requireOpen();
    return TrainerState.of(flat, optimizer, options.seed());
  }

  /** The gradients of the last step, clipped. */
  Map<String, Tensor> gradients() {
    return flat.slices();
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("The trainer is closed");
    }
  }

  /** The seed of dropout and noise, for repeating the run. */
  public long seed() {
    return options.seed();
  }

  /** Frees the optimiser; the trained values stay with their owner. Closing twice is fine. */
  @Override
  public void close() {
    closed = true;
    backpropagation.close();
    optimizer.close();
    flat.close();
  }
}
