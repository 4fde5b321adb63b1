package dev.lorax.run;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Parameters;
import dev.lorax.tensor.BufferPool;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The gradient of an objective by trained parameters (Rumelhart, Hinton &amp; Williams 1986).
 *
 * <p>Nothing is recorded below the first node that depends on a trained parameter, nothing is kept
 * for frozen weights, the graph's value never exists as a whole, and stretches of the graph may be
 * computed twice so that little is kept at all (Chen et al. 2016). How an op comes back is the op's
 * own matter: see {@link dev.lorax.graph.Differentiable}.
 */
public final class Backpropagation implements AutoCloseable {
  private final Plan plan;
  private final Trained trained;
  private final Tail tail;
  private final List<Stretch> stretches;
  private final boolean sparing;
  private final BufferPool pool = new BufferPool();

  /**
   * Prepares for a graph.
   *
   * @param parameters of the graph: frozen and trained
   * @param gradients by full name of each trained parameter, in its shape: shares are added there
   * @param memory what is kept
   * @throws IllegalArgumentException if a parameter is missing or has another shape
   */
  public Backpropagation(
      Graph graph, Parameters parameters, Map<String, Tensor> gradients, Recomputation memory) {
    plan = new Plan(graph, parameters);
    trained = new Trained(plan, gradients);
    tail = Tail.of(plan);
    sparing = memory.isSparing();
    stretches = Stretch.of(plan, trained, tail.start(), memory);
  }

  /**
   * Evaluates the objective, and adds its gradient to the trained parameters' gradients.
   *
   * @return the objective; where it is not finite, the way back has not been gone to its end
   */
  public double run(Pass pass, Objective objective) {
    try (Gradients off = Gradients.off();
        BufferPool.Opening memory = lending();
        Scope scope = new Scope();
        RoundTrip trip = new RoundTrip(plan, trained, new Frame(plan, pass), sparing)) {
      stretches.forEach(stretch -> stretch.there(trip));
      if (memory != null) { // nearly all that is kept is there now
        memory.trimHeap();
      }
      double value = tail(trip, objective, scope);
      if (Double.isFinite(value)) {
        for (int i = stretches.size() - 1; i >= 0; i--) {
          stretches.get(i).back(trip);
        }
      }
      return value;
    }
  }

  /** The full names of parameters whose gradient has had a share in any run so far. */
  public Set<String> learned() {
    return trained.learned();
  }

  /** Goes through the tail, part by part, there and back. */
  private double tail(RoundTrip trip, Objective objective, Scope scope) {
    int cut = tail.start() - 1;
    int last = plan.size() - 1;
    Tensor rows = trip.frame().value(cut);
    Tensor gradient = // of all rows before the tail
        trained.reaches(cut)
            ? scope.release(Tensor.empty(rows.dtype(), rows.shape().toArray()))
            : null;
    double value =
        tail.parts(
            trip.frame(),
            (frame, first) -> {
              try (RoundTrip part = new RoundTrip(plan, trained, frame, sparing)) {
                return part(part, objective, first, gradient, cut, last);
              }
            });
    if (gradient != null) {
      trip.add(cut, gradient);
    }
    return value;
  }

  private double part(
      RoundTrip part, Objective objective, int first, Tensor gradient, int cut, int last) {
    part.record(cut + 1, last + 1);
    Tensor rows = part.frame().take(last);
    double value;
    try (Scope temporary = new Scope()) {
      Tensor own = rows.isExclusive() ? rows : temporary.release(rows.copy());
      value = objective.slope(own, first);
      part.add(last, own);
    }
    part.back(cut + 1, last + 1);
    Tensor share = part.takeGradient(cut);
    if (share != null && gradient != null) {
      try (Scope temporary = new Scope()) {
        gradient.narrow(0, first, share.size(0)).copyInPlace(share);
      }
      share.close();
    }
    return value;
  }

  /** The memory that runs share, for what else is computed between them; null: none is kept. */
  public BufferPool.Opening lending() {
    return sparing ? pool.open() : null;
  }

  /** Frees the memory that is kept from run to run. */
  @Override
  public void close() {
    pool.close();
  }
}
