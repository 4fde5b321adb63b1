package dev.lorax.cli.report;

import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Figures;
import dev.lorax.train.Step;

/** A line every twentieth of the run. */
final class ProgressLines extends Progress {
  private static final int LINES = 20;

  private final long every;

  ProgressLines(Console console, long steps) {
    super(console);
    every = Math.max(1, (steps + LINES - 1) / LINES);
  }

  @Override
  void show(Step step) {
    if (step.number() % every == 0 || step.number() == step.of()) {
      String number = Long.toString(step.of());
      console.note(
          "step %s  %s  %s"
              .formatted(
                  pad(step.number(), number.length()) + "/" + number, since(step), left(step)));
    }
  }

  @Override
  void tell(String line) {
    console.note(line);
  }

  private String left(Step step) {
    return step.number() == step.of() ? "done" : Figures.time(left(step, step.number())) + " left";
  }

  private static String pad(long value, int width) {
    return ("%" + width + "d").formatted(value);
  }
}
