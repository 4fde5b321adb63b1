package dev.lorax.train;

/** Thrown where a run cannot go on; the trained values are those of the last good step. */
public final class TrainingException extends RuntimeException {
  TrainingException(String message) {
    super(message);
  }
}
