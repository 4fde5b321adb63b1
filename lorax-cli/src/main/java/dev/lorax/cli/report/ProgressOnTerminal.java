package dev.lorax.cli.report;

import dev.lorax.cli.console.Bar;
import dev.lorax.cli.console.Console;
import dev.lorax.train.Step;

/** A bar that stays in its line, with loss, speed and the time left. */
final class ProgressOnTerminal extends Progress {
  private static final long REFRESH = 500_000_000; // nanoseconds between figures

  private final long steps;
  private Bar bar; // from the first step on
  private long shown;

  ProgressOnTerminal(Console console, long steps) {
    super(console);
    this.steps = steps;
  }

  @Override
  void show(Step step) {
    if (bar == null) {
      bar = Bar.ofSteps(console, "training", steps);
    }
    bar.to(step.number());
    long now = System.nanoTime();
    if (now - shown > REFRESH || step.number() == step.of()) {
      shown = now;
      bar.say(since(step));
    }
  }

  @Override
  void tell(String line) {
    if (bar == null) {
      console.note(line);
    } else {
      bar.tell(line);
    }
  }

  @Override
  public void ended() {
    if (bar != null) {
      bar.leave();
    }
  }
}
