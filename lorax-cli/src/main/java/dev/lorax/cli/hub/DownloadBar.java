package dev.lorax.cli.hub;

import dev.lorax.cli.console.Bar;
import dev.lorax.cli.console.Console;

/** A bar for each file that takes its time, with rate and the time left. */
final class DownloadBar extends DownloadProgress {
  private static final int LONGEST_NAME = 24;
  private static final long SMALL = 1_000_000; // bytes

  private Bar bar;

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
    bar = Bar.ofBytes(console, name, bytes, of);
  }

  @Override
  void show(long bytes) {
    if (bar != null) {
      bar.to(bytes);
    }
  }

  @Override
  public void note(String line) {
    if (bar == null) {
      console.note(line);
    } else {
      bar.tell(line);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.leave();
      bar = null;
    }
  }
}
