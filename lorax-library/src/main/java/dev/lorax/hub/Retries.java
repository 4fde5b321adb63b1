package dev.lorax.hub;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Tries again where that may help: after 1, 2, 4, 8 and 8 seconds with no progress between. */
final class Retries {
  private static final int MOST = 5;
  private static final int LONGEST_DOUBLING = 3;
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

  private final Pause pause;
  private final DownloadListener listener;
  private boolean reached;
  private int failures;

  Retries(Pause pause, DownloadListener listener) {
    this.pause = pause;
    this.listener = listener;
  }

  /** How time passes. */
  @FunctionalInterface
  interface Pause {
    void last(Duration time) throws InterruptedException;
  }

  /** What may fail for now. */
  @FunctionalInterface
  interface Attempt<T> {
    T make() throws IOException;
  }

  /** A server that asks to come back later. */
  static final class Later extends IOException {
    private final Optional<Duration> wait;

    Later(String message, Optional<Duration> wait) {
      super(message);
      this.wait = wait;
    }
  }

  /** Makes an attempt until it succeeds, or too many have failed. */
  <T> T until(String what, Attempt<T> attempt) throws IOException {
    for (; ; ) {
      try {
        T result = attempt.make();
        progressed();
        return result;
      } catch (IOException failure) {
        again(what, failure);
      }
    }
  }

  /** Something came: the connection is not hopeless. */
  void progressed() {
    reached = true;
    failures = 0;
  }

  /** Waits, or gives up with the failure; a hub that was never reached is not waited for. */
  private void again(String what, IOException failure) throws IOException {
    boolean hopeless =
        !reached
            && (failure instanceof ConnectException
                || failure instanceof HttpConnectTimeoutException
                || failure instanceof SSLException);
    Duration wait = Duration.ofSeconds(1L << Math.min(failures, LONGEST_DOUBLING));
    if (failure instanceof Later later) {
      wait = later.wait.orElse(wait);
    }
    if (hopeless || failures++ == MOST || wait.compareTo(LONGEST_WAIT) > 0) {
      throw failure;
    }
    listener.note(
        "%s: %s; trying again in %d s".formatted(what, reason(failure), wait.toSeconds()));
    try {
      pause.last(wait);
    } catch (InterruptedException stop) {
      throw HubException.interrupted(stop);
    }
  }

  /** What happened, for people: some of Java's exceptions have no words. */
  static String reason(IOException failure) {
    if (failure instanceof ConnectException) {
      return failure.getMessage() == null ? "no connection" : failure.getMessage();
    }
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }
}
