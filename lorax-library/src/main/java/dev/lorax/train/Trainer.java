package dev.lorax.train;

import dev.lorax.graph.Mode;
import dev.lorax.graph.Parameterized;
import dev.lorax.graph.Parameters;
import dev.lorax.run.Backpropagation;
import dev.lorax.run.Session;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.stream.IntStream;

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
  private final Set<String> trained;
  private final FlatParameters flat;
  private final Backpropagation backpropagation;
  private final AdamW optimizer;
  private long done;
  private boolean closed;

  private Trainer(TrainerBuilder builder) {
    session = new Session(builder.graph, builder.all);
    batches = builder.batches;
    options = builder.options();
    flat = new FlatParameters(builder.trained);
    backpropagation =
        new Backpropagation(builder.graph, builder.all, flat.slices(), builder.recomputation);
    trained = builder.trained.names();
    optimizer = new AdamW(flat.values(), options);
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
    return new TrainerBuilder(trained.graph(), all, trained.parameters(), batches);
  }

  /** Trains everything: nothing is frozen. */
  public static TrainerBuilder of(Parameterized model, Batches batches) {
    return new TrainerBuilder(model.graph(), model.parameters(), model.parameters(), batches);
  }

  static Trainer start(TrainerBuilder builder) {
    return new Trainer(builder);
  }

  /** The steps that remain. */
  @Override
  public Iterator<Step> iterator() {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return done < options.steps();
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
    return Evaluation.of(session, heldOut, count);
  }

  /**
   * One optimiser step over all its batches.
   *
   * @throws TrainingException if the loss or a gradient is not finite, or there is nothing to learn
   *     from; the values are those before the step
   */
  private Step step() {
    if (closed) {
      throw new IllegalStateException("The trainer is closed");
    }
    long start = System.nanoTime();
    Batch[] window =
        IntStream.range(0, options.accumulation())
            .mapToObj(i -> batches.batch(done * options.accumulation() + i))
            .toArray(Batch[]::new);
    int supervised = IntStream.range(0, window.length).map(i -> window[i].supervised()).sum();
    if (supervised == 0) {
      throw new TrainingException(
          "Step %d has no token to learn from: every label is masked".formatted(done + 1));
    }
    double loss = accumulate(window, supervised);
    double rate =
        options.learningRate() * options.schedule().factor(done, options.warmup(), options.steps());
    double norm = update(rate);
    done++;
    int tokens = IntStream.range(0, window.length).map(i -> window[i].tokens().length).sum();
    Duration time = Duration.ofNanos(System.nanoTime() - start);
    return new Step(done, options.steps(), loss, rate, norm, supervised, tokens, time);
  }

  /** Adds up the gradients of the mean loss over all supervised tokens of the window. */
  private double accumulate(Batch[] window, int supervised) {
    flat.clear(); // a step that failed may have left some
    double total = 0;
    for (int i = 0; i < window.length; i++) {
      if (window[i].supervised() == 0) {
        continue;
      }
      Mode mode = Mode.training(options.seed(), done * options.accumulation() + i);
      Loss loss = Loss.of(window[i], 1.0 / supervised);
      total += requireFinite(backpropagation.run(Loss.pass(window[i], mode), loss), "loss");
    }
    requireInfluence();
    return total;
  }

  private void requireInfluence() {
    for (String name : trained) {
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
      double norm = requireFinite(gradients.norm().item(), "gradient");
      if (options.clip() > 0 && norm > options.clip()) {
        gradients.mulInPlace(options.clip() / (norm + 1e-6));
      }
      optimizer.step(flat.values(), gradients, rate);
      return norm;
    }
  }

  private double requireFinite(double value, String what) {
    if (!Double.isFinite(value)) {
      String advice =
          done == 0
              ? "Nothing has been changed yet: look at the model's weights and the data"
              : "Lower the learning rate, or look at the data of that step";
      throw new TrainingException(
          "The %s is %s in step %d; the values are those of step %d. %s"
              .formatted(what, value, done + 1, done, advice));
    }
    return value;
  }

  /** The seed of dropout, for repeating the run. */
  public long seed() {
    return options.seed();
  }

  /** Frees the optimiser; the trained values stay with their owner. Closing twice is fine. */
  @Override
  public void close() {
    closed = true;
    optimizer.close();
    flat.close();
  }
}
