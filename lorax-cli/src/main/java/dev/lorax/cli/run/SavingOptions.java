package dev.lorax.cli.run;

import dev.lorax.cli.console.Failure;
import dev.lorax.cli.training.TrainingPlan;
import picocli.CommandLine.Option;

/** When a run is saved; on the command line, options of those names. */
public final class SavingOptions {
  /** Steps between checkpoints; null: five minutes. */
  @Option(
      names = "--checkpoint-every",
      paramLabel = "N",
      description =
          "Steps between checkpoints, from which 'lorax train --resume' goes on (default: five"
              + " minutes lie between them).")
  public Long every;

  /** How many checkpoints remain. */
  @Option(
      names = "--keep-checkpoints",
      paramLabel = "N",
      description = "How many of the last checkpoints are kept (default: ${DEFAULT-VALUE}).")
  public int keep = 2;

  /** Which adapter is the result; null: the last, or the best where the run may end early. */
  @Option(
      names = "--result",
      paramLabel = "WHICH",
      description =
          "The adapter that the run leaves: last, or best on what is held out (default: last, or"
              + " best with --patience). The best one is kept in best/ anyway.")
  public Result result;

  /** Which adapter a run leaves. */
  public enum Result {
    /** That of the last step. */
    LAST,
    /** That of the lowest held-out loss. */
    BEST;

    @Override
    public String toString() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /**
   * Checks that there is a best adapter to leave, where one is asked for.
   *
   * @throws Failure if nothing is measured
   */
  public void check(TrainingPlan plan) {
    if (result == Result.BEST && plan.heldOut().isEmpty()) {
      throw Failure.usage(
          "--result best would do nothing here, since nothing is held out to measure on: leave it out, of"
              + " the recipe too, or give --held-out or --validation");
    }
  }

  /**
   * Checks the numbers.
   *
   * @throws Failure if one is out of range
   */
  public void check() {
    if (every != null && every < 1) {
      throw Failure.usage("--checkpoint-every must be at least 1, not " + every);
    }
    if (keep < 1) {
      throw Failure.usage("--keep-checkpoints must be at least 1, not " + keep);
    }
  }
}
