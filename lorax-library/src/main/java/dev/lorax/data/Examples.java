package dev.lorax.data;

import java.util.List;

/**
 * Samples by number. The same number gives the same sample at any time, on any thread, so that runs
 * are reproducible and can be resumed anywhere.
 */
public interface Examples {
  /** How many there are. */
  int count();

  /** About how long one is, in any unit; cheap, for putting samples of similar length together. */
  int length(int index);

  /**
   * What a model sees of one of them: a single example as a rule, none if it had to be dropped, and
   * several if it was too long and has been split into pieces, in order.
   *
   * <p>Whoever forms batches takes the pieces of a sample as examples of their own.
   */
  List<Example> examples(int index);

  /** Where a person finds it, for messages: {@code forum.jsonl, line 12}. */
  default String place(int index) {
    return "sample %,d".formatted(index + 1);
  }
}
