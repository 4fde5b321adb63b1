package dev.lorax.cli.console;

import java.time.Duration;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A progress bar in the last line of a terminal. */
public final class Bar {
  private static final int WIDTH = 79; // one less than the narrowest usual terminal
  private static final String CLEAR = "\r\033[K";

  private final Console console;
  private final ProgressBar bar;

  private Bar(Console console, ProgressBarBuilder builder) {
    this.console = console;
    bar =
        builder
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(250)
            .continuousUpdate() // so that time goes on, and a line told leaves the bar below it
            .setConsumer(
                new DelegatingProgressBarConsumer(
                    line -> console.err().print(CLEAR + line.stripTrailing()), WIDTH))
            .build();
  }

  /** A bar that counts steps. */
  public static Bar ofSteps(Console console, String task, long steps) {
    return new Bar(console, new ProgressBarBuilder().setTaskName(task).setInitialMax(steps));
  }

  /** A bar that counts megabytes, of which some are there, and shows their speed. */
  public static Bar ofBytes(Console console, String task, long done, long bytes) {
    return new Bar(
        console,
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(bytes)
            .startsFrom(done, Duration.ZERO)
            .setUnit(" MB", 1_000_000)
            .showSpeed());
  }

  /** So much is done. */
  public void to(long done) {
    bar.stepTo(done);
  }

  /** Shows some words behind it. */
  public void say(String words) {
    bar.setExtraMessage(" " + words);
  }

  /** Prints a line that stays above it. */
  public void tell(String line) {
    console.err().print(CLEAR + line + System.lineSeparator());
    bar.refresh();
  }

  /** Ends it, and leaves it to be seen. */
  public void leave() {
    bar.close();
    console.err().println();
  }

  /** Ends it, and makes place for another line. */
  public void erase() {
    bar.close();
    console.err().print(CLEAR);
  }
}
