package dev.lorax.train;

import java.util.List;
import java.util.stream.LongStream;

/**
 * The batches of one step.
 *
 * @param first the number of the first
 * @param list in order
 */
record MicroBatches(long first, List<Batch> list) {
  /** The batches of a step, from 0, that has so many. */
  static MicroBatches of(Batches batches, long step, int count) {
    long first = step * count;
    return new MicroBatches(
        first, LongStream.range(first, first + count).mapToObj(batches::batch).toList());
  }

  /** Tokens learned from. */
  int supervised() {
    return list.stream().mapToInt(Batch::supervised).sum();
  }

  /** Tokens passed through the model. */
  int tokens() {
    return list.stream().mapToInt(batch -> batch.tokens().length).sum();
  }
}
