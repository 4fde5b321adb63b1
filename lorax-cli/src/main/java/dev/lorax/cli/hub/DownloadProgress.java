package dev.lorax.cli.hub;

import dev.lorax.cli.console.Console;
import dev.lorax.hub.DownloadListener;

/** Shows a download: a bar for each large file on a terminal, a line for each file elsewhere. */
abstract sealed class DownloadProgress implements DownloadListener, AutoCloseable
    permits DownloadLines, DownloadBar {
  final Console console;
  private String current;

  DownloadProgress(Console console) {
    this.console = console;
  }

  static DownloadProgress of(Console console) {
    return console.terminals().err() ? new DownloadBar(console) : new DownloadLines(console);
  }

  @Override
  public final void downloaded(String file, long bytes, long of) {
    if (!file.equals(current)) {
      close();
      current = file;
      begin(file, bytes, of);
    }
    show(bytes);
  }

  /** A file begins to come. */
  abstract void begin(String file, long bytes, long of);

  /** So much of it is here. */
  abstract void show(long bytes);

  /** The file is here, or will not come. */
  @Override
  public abstract void close();
}
