package dev.lorax.train;

import java.util.List;
import java.util.Locale;

/**
 * The learning rate over a run: rises in a line from 0 to its peak over the warm-up, then follows a
 * curve. The curves are those of transformers' {@code get_scheduler}.
 */
public final class Schedule {
  /**
   * Stays at the peak; transformers' {@code constant_with_warmup}, and without one its constant.
   */
  public static final Schedule CONSTANT = new Schedule("constant", run -> 1);

  /** Falls in a line to 0. */
  public static final Schedule LINEAR = new Schedule("linear", run -> 1 - run.progress());

  /** Falls to 0 along half a cosine (Loshchilov &amp; Hutter 2017, eq. 5, without restarts). */
  public static final Schedule COSINE =
      new Schedule("cosine", run -> 0.5 * (1 + Math.cos(Math.PI * run.progress())));

  /** Falls to 0 along half a cosine, twice: {@link #cosineWithRestarts} of two cycles. */
  public static final Schedule COSINE_WITH_RESTARTS = cosineWithRestarts(2);

  /** Falls in a line to 1e-7: {@link #polynomial} of power 1, transformers' default. */
  public static final Schedule POLYNOMIAL = polynomial(1);

  /**
   * Falls with the square root of the steps, as if the warm-up had followed it too; without a
   * warm-up, as if there had been one of 10,000 steps.
   */
  public static final Schedule INVERSE_SQRT = new Schedule("inverse_sqrt", Schedule::inverseRoot);

  private static final List<Schedule> KNOWN =
      List.of(CONSTANT, LINEAR, COSINE, COSINE_WITH_RESTARTS, POLYNOMIAL, INVERSE_SQRT);

  /** Where polynomials end, as a rate: transformers' {@code lr_end}. */
  private static final double POLYNOMIAL_END = 1e-7;

  private static final double USUAL_TIMESCALE = 10_000;

  private final String name;
  private final Curve curve;

  private Schedule(String name, Curve curve) {
    this.name = name;
    this.curve = curve;
  }

  /** A factor on the peak after the warm-up. */
  @FunctionalInterface
  private interface Curve {
    double factor(Moment run);
  }

  /** A step of a run, after its warm-up. */
  private record Moment(double peak, long step, long warmup, long steps) {
    /** From 0 at the end of the warm-up to 1 at the end of the run, and 1 from then on. */
    double progress() {
      return Math.min(1, (double) (step - warmup) / Math.max(1, steps - warmup));
    }
  }

  /**
   * Falls to 0 along half a cosine, so many times, each from the peak (Loshchilov &amp; Hutter
   * 2017, eq. 5).
   */
  public static Schedule cosineWithRestarts(int cycles) {
    if (cycles < 1) {
      throw new IllegalArgumentException("A schedule needs at least 1 cycle, not " + cycles);
    }
    return new Schedule(
        "cosine_with_restarts",
        run ->
            run.progress() == 1
                ? 0
                : 0.5 * (1 + Math.cos(Math.PI * (cycles * run.progress() % 1))));
  }

  /** Falls to 1e-7 along a power of what is left of the run; 1 is a line. */
  public static Schedule polynomial(double power) {
    if (!(power > 0) || Double.isInfinite(power)) {
      throw new IllegalArgumentException("A power must be positive and finite, not " + power);
    }
    return new Schedule(
        "polynomial",
        run -> {
          double end = Math.min(1, POLYNOMIAL_END / run.peak());
          return (1 - end) * Math.pow(1 - run.progress(), power) + end;
        });
  }

  private static double inverseRoot(Moment run) {
    double timescale = run.warmup() > 0 ? run.warmup() : USUAL_TIMESCALE;
    return 1 / Math.sqrt((run.step() - run.warmup() + timescale) / timescale);
  }

  /**
   * The learning rate in one step.
   *
   * @param peak the highest rate
   * @param step from 0
   * @param warmup steps of the rise
   * @param steps of the whole run
   */
  public double rate(double peak, long step, long warmup, long steps) {
    return peak
        * (step < warmup
            ? (double) step / warmup
            : curve.factor(new Moment(peak, step, warmup, steps)));
  }

  /** The schedules that have a name. */
  public static List<Schedule> known() {
    return KNOWN;
  }

  /**
   * The schedule of that name, in any case; {@code -} counts as {@code _}.
   *
   * @throws IllegalArgumentException if there is none; the message lists them
   */
  public static Schedule named(String name) {
    String wanted = name.toLowerCase(Locale.ROOT).replace('-', '_');
    if (wanted.equals("constant_with_warmup")) {
      return CONSTANT;
    }
    return KNOWN.stream()
        .filter(schedule -> schedule.name.equals(wanted))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Unknown schedule '%s': known are %s"
                        .formatted(
                            name, String.join(", ", KNOWN.stream().map(s -> s.name).toList()))));
  }

  /** The name. */
  @Override
  public String toString() {
    return name;
  }
}
