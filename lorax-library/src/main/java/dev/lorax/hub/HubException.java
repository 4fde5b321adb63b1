package dev.lorax.hub;

/** A model could not be had from the hub or the cache: one line says why, and what to do. */
public final class HubException extends RuntimeException {
  HubException(String message) {
    this(message, null);
  }

  HubException(String message, Throwable cause) {
    super(oneLine(message), cause);
  }

  /** Whoever runs this thread wants it to end. */
  static HubException interrupted(Exception cause) {
    Thread.currentThread().interrupt();
    return new HubException("the download was interrupted; the next one goes on from there", cause);
  }

  /** A server's words are untrusted: no control character of theirs reaches a terminal. */
  private static String oneLine(String message) {
    return message.replaceAll("[\\p{Cntrl}\\u0085\\u2028\\u2029]+", " ");
  }
}
