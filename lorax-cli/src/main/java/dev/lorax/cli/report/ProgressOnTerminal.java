package dev.lorax.cli.report;

import dev.lorax.cli.console.Console;
import dev.lorax.train.Step;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar that stays in its line, with loss, speed and the time left. */
final class ProgressOnTerminal extends Progress {
  private static final int WIDTH = 79; // one less than the narrowest usual terminal
  private static final String CLEAR = "\r\033[K";
  private static final long REFRESH = 500_000_000; // nanoseconds between figures

  private final long steps;
  private ProgressBar bar; // from the first step on
  private long shown;

  ProgressOnTerminal(Console console, long steps) {
    super(console);
    this.steps = steps;
  }

  @Override
  void show(Step step) {
    if (bar == null) {
      bar = start();
    }
    bar.stepTo(step.number());
    long now = System.nanoTime();
    if (now - shown > REFRESH || step.number() == step.of()) {
      shown = now;
      bar.setExtraMessage(" " + since(step));
    }
  }

  @Override
  void tell(String line) {
    console.err().print(CLEAR + line + System.lineSeparator());
    if (bar != null) {
      bar.refresh();
    }
  }

  @Override
  public void ended() {
    if (bar != null) {
      bar.close();
      console.err().println();
    }
  }

  private ProgressBar start() {
    return new ProgressBarBuilder()
        .setTaskName("training")
        .setInitialMax(steps)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis(250)
        .setConsumer(
            new DelegatingProgressBarConsumer(
                line -> console.err().print(CLEAR + line.stripTrailing()), WIDTH))
        .build();
  }
}
