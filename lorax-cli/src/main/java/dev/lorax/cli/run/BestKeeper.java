package dev.lorax.cli.run;

import dev.lorax.cli.training.Measure;
import dev.lorax.cli.training.Observer;
import java.util.List;

/** Keeps the adapter of the lowest held-out loss. */
public final class BestKeeper implements Observer {
  private final Runnable save;
  private double best;

  /**
   * A keeper for a run.
   *
   * @param earlier measurements, where the run goes on
   * @param save writes the adapter as it is now in place of the best so far
   */
  public BestKeeper(List<Measure> earlier, Runnable save) {
    this.save = save;
    best =
        Measure.best(earlier)
            .map(measure -> measure.evaluation().loss())
            .orElse(Double.POSITIVE_INFINITY);
  }

  @Override
  public void measured(Measure measure) {
    double loss = measure.evaluation().loss();
    if (measure.step() > 0 && loss < best) {
      save.run();
      best = loss;
    }
  }
}
