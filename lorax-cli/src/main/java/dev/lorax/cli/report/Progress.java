package dev.lorax.cli.report;

import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Figures;
import dev.lorax.cli.training.Measure;
import dev.lorax.cli.training.Observer;
import dev.lorax.train.Step;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** Tells a run as it happens: a bar on a terminal, about twenty lines elsewhere. */
public abstract sealed class Progress implements Observer
    permits ProgressLines, ProgressOnTerminal {
  private static final int FIRST_STEPS = 3; // enough to guess the run's time

  final Console console;
  private double lossSum;
  private long lossSteps;
  private long seen; // by this process: a resumed run has taken others before
  private long tokens;
  private Duration time = Duration.ZERO;
  private Duration timeOfAll = Duration.ZERO;

  Progress(Console console) {
    this.console = console;
  }

  /** The progress that suits a console, for a run of that many steps. */
  public static Progress of(Console console, long steps) {
    return console.terminals().err()
        ? new ProgressOnTerminal(console, steps)
        : new ProgressLines(console, steps);
  }

  @Override
  public final void stepped(Step step) {
    lossSum += step.loss();
    lossSteps++;
    tokens += step.tokens();
    time = time.plus(step.time());
    timeOfAll = timeOfAll.plus(step.time());
    seen++;
    if (seen == FIRST_STEPS && step.of() - step.number() > FIRST_STEPS) {
      tell(
          "time      about %s for %s steps"
              .formatted(
                  Figures.time(left(step, step.number() - seen)),
                  Figures.count(step.of() - step.number() + seen)));
    }
    show(step);
  }

  @Override
  public final void measured(Measure measure) {
    String qualities =
        Quality.of(measure).stream()
            .map(quality -> quality.told(measure, Optional.empty()))
            .collect(Collectors.joining(", "));
    String when = measure.step() == 0 ? "before training" : "after step " + measure.step();
    tell("held-out  %s %s".formatted(qualities, when));
  }

  /** Shows a step, or waits for the next. */
  abstract void show(Step step);

  /** Prints a line that stays. */
  abstract void tell(String line);

  /** What happened since this was called last. */
  final String since(Step step) {
    double seconds = Math.max(1e-9, time.toNanos() / 1e9);
    String line =
        String.format(
            Locale.ROOT,
            "loss %s  %,.0f tok/s",
            Figures.loss(lossSum / lossSteps),
            tokens / seconds);
    lossSum = 0;
    lossSteps = 0;
    tokens = 0;
    time = Duration.ZERO;
    return line;
  }

  /** The time that the steps from that one on take, as the steps so far did. */
  final Duration left(Step step, long from) {
    double millis = timeOfAll.toNanos() / 1e6 * (step.of() - from) / seen;
    return Duration.ofMillis((long) millis);
  }
}
