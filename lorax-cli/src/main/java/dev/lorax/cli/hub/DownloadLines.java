package dev.lorax.cli.hub;

import dev.lorax.cli.console.Console;
import dev.lorax.cli.console.Figures;
import java.time.Duration;

/** A line for each file, and one a tenth for large ones. */
final class DownloadLines extends DownloadProgress {
  private static final long LARGE = 100_000_000;
  private static final int TENTHS = 10;

  private String file;
  private long of;
  private long first;
  private long start;
  private long told;

  DownloadLines(Console console) {
    super(console);
  }

  @Override
  void begin(String name, long bytes, long size) {
    file = name;
    of = size;
    first = bytes;
    start = System.nanoTime();
    told = 0;
    console.note("download", size < 0 ? name : "%s, %s".formatted(name, Figures.bytes(size)));
  }

  @Override
  void show(long bytes) {
    long tenth = of < LARGE ? 0 : bytes * TENTHS / of;
    if (tenth <= told) {
      return;
    }
    told = tenth;
    double rate = Math.max(1, bytes - first) / Math.max(1e-9, (System.nanoTime() - start) / 1e9);
    Duration left = Duration.ofMillis((long) ((of - bytes) / rate * 1e3));
    console.note(
        "download",
        "%s, %d %%, %s/s%s"
            .formatted(
                file,
                tenth * TENTHS,
                Figures.bytes((long) rate),
                bytes == of ? "" : ", %s left".formatted(Figures.time(left))));
  }

  @Override
  public void note(String line) {
    console.note("download", line);
  }

  @Override
  public void close() {
    // Each line is complete.
  }
}
