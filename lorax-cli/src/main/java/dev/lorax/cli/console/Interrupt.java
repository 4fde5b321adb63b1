package dev.lorax.cli.console;

import java.util.concurrent.CountDownLatch;

/**
 * Ctrl-C as a request: the process ends when the command has saved what it has, with exit code 1.
 *
 * <p>Until {@link #listen} is called, Ctrl-C ends the process at once.
 */
public final class Interrupt {
  private final CountDownLatch finished = new CountDownLatch(1);
  private final Thread hook = new Thread(this::wind, "lorax-interrupt");
  private volatile boolean requested;
  private boolean listening;

  /** From now on the process waits for {@link #finished}. */
  public void listen() {
    if (!listening) {
      Runtime.getRuntime().addShutdownHook(hook);
      listening = true;
    }
  }

  /** Whether the user asked for an end. */
  public boolean requested() {
    return requested;
  }

  /** The command is done and has said all it had to say. */
  public void finished() {
    if (listening && !requested) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException justRequested) {
        // Ctrl-C came in this very moment: the hook ends the process.
      }
    }
    finished.countDown();
  }

  /** Halts, since an exit from a shutdown hook would wait for itself. */
  private void wind() {
    requested = true;
    try {
      finished.await();
    } catch (InterruptedException unexpected) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(1);
  }
}
