package dev.lorax.cli.hub;

import dev.lorax.cli.console.Console;
import java.time.Duration;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A bar for each file that takes its time, with rate and the time left. */
final class DownloadBar extends DownloadProgress {
  private static final int WIDTH = 79; // one less than the narrowest usual terminal
  private static final int LONGEST_NAME = 24;
  private static final long SMALL = 1_000_000; // bytes
  private static final String CLEAR = "\r\033[K";

  private ProgressBar bar;

  DownloadBar(Console console) {
    super(console);
  }

  @Override
  void begin(String file, long bytes, long of) {
    if (of < SMALL) {
      return;
    }
    int length = file.length();
    String name = length <= LONGEST_NAME ? file : "…" + file.substring(length - LONGEST_NAME + 1);
    bar =
        new ProgressBarBuilder()
            .setTaskName(name)
            .setInitialMax(of)
            .startsFrom(bytes, Duration.ZERO)
            .setUnit(" MB", 1_000_000)
            .showSpeed()
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(250)
            .setConsumer(
                new DelegatingProgressBarConsumer(
                    line -> console.err().print(CLEAR + line.stripTrailing()), WIDTH))
            .build();
  }

  @Override
  void show(long bytes) {
    if (bar != null) {
      bar.stepTo(bytes);
    }
  }

  @Override
  public void note(String line) {
    console.err().print((bar == null ? "" : CLEAR) + line + System.lineSeparator());
    if (bar != null) {
      bar.refresh();
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
      console.err().println();
    }
  }
}
