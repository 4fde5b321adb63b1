package dev.lorax.train;

import java.util.OptionalInt;
import java.util.OptionalLong;

/** Thrown where a run cannot go on; the trained values are those of the last good step. */
public final class TrainingException extends RuntimeException {
  private static final int NONE = -1;

  private final long batch;
  private final int sequence;

  TrainingException(String message) {
    this(message, NONE, NONE);
  }

  private TrainingException(String message, long batch, int sequence) {
    super(message);
    this.batch = batch;
    this.sequence = sequence;
  }

  /** The same, told with the place where it happened. */
  TrainingException in(long number, OptionalInt which) {
    String place = "batch " + number + (which.isPresent() ? ", sequence " + which.getAsInt() : "");
    return new TrainingException(
        "%s (%s, from 0)".formatted(getMessage(), place), number, which.orElse(NONE));
  }

  /** The number of the batch whose loss is not finite, as {@link Batches#batch} knows it. */
  public OptionalLong batch() {
    return batch == NONE ? OptionalLong.empty() : OptionalLong.of(batch);
  }

  /**
   * The first sequence of that batch, from 0, whose own loss is not finite; empty if none is, or if
   * all of several are, so that it is not the data's fault.
   */
  public OptionalInt sequence() {
    return sequence == NONE ? OptionalInt.empty() : OptionalInt.of(sequence);
  }
}
