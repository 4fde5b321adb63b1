package dev.lorax.train;

import java.util.Locale;

/**
 * The learning rate over a run, as a factor on its peak: rises in a line from 0 over the warm-up,
 * then follows its shape. The curves are those of transformers' {@code get_scheduler}.
 */
public enum Schedule {
  /** Stays at the peak. */
  CONSTANT {
    @Override
    double after(double progress) {
      return 1;
    }
  },
  /** Falls in a line to 0. */
  LINEAR {
    @Override
    double after(double progress) {
      return 1 - progress;
    }
  },
  /** Falls to 0 along half a cosine (Loshchilov &amp; Hutter 2017, eq. 5, without restarts). */
  COSINE {
    @Override
    double after(double progress) {
      return 0.5 * (1 + Math.cos(Math.PI * progress));
    }
  };

  abstract double after(double progress);

  /**
   * The factor in one step.
   *
   * @param step from 0
   * @param warmup steps of the rise
   * @param steps of the whole run
   */
  public double factor(long step, long warmup, long steps) {
    if (step < warmup) {
      return (double) step / warmup;
    }
    double progress = (double) (step - warmup) / Math.max(1, steps - warmup);
    return Math.max(0, after(Math.min(1, progress)));
  }

  /**
   * The schedule of that name.
   *
   * @throws IllegalArgumentException if there is none; the message lists them
   */
  public static Schedule named(String name) {
    for (Schedule schedule : values()) {
      if (schedule.name().equalsIgnoreCase(name)) {
        return schedule;
      }
    }
    throw new IllegalArgumentException(
        "Unknown schedule '%s': known are constant, linear, cosine".formatted(name));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
