package dev.lorax.cli.run;

import dev.lorax.cli.training.AdapterTraining;
import dev.lorax.cli.training.Observer;
import dev.lorax.train.Step;
import java.util.function.LongFunction;

/** Saves a run while it happens, and where it ends. */
public final class CheckpointSaver implements Observer {
  private static final long USUAL_NANOS = 300_000_000_000L;

  private final RunFolder folder;
  private final SavingOptions options;
  private final AdapterTraining training;
  private final LongFunction<RunState> states;
  private long done;
  private long saved;
  private long when = System.nanoTime();
  private boolean failed;

  /**
   * A saver of one run.
   *
   * @param states the state after so many steps
   */
  public CheckpointSaver(
      RunFolder folder,
      SavingOptions options,
      AdapterTraining training,
      LongFunction<RunState> states) {
    this.folder = folder;
    this.options = options;
    this.training = training;
    this.states = states;
  }

  @Override
  public void settled(Step step) {
    done = step.number();
    boolean due =
        options.every == null ? System.nanoTime() - when >= USUAL_NANOS : done % options.every == 0;
    if (due) {
      save();
    }
  }

  /** Whatever ended the run: it can be resumed from its last step. */
  @Override
  public void ended() {
    if (done > saved && !failed) {
      save();
    }
  }

  private void save() {
    failed = true; // unless it returns
    folder.save(states.apply(done), options.keep, training::save);
    failed = false;
    saved = done;
    when = System.nanoTime();
  }
}
