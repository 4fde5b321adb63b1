package dev.lorax.data;

import java.util.Optional;

/**
 * Samples by number. The same number gives the same sample at any time, on any thread, so that runs
 * are reproducible and can be resumed anywhere.
 */
public interface Examples {
  /** How many there are. */
  int count();

  /** About how long one is, in any unit; cheap, for putting samples of similar length together. */
  int length(int index);

  /** One of them; empty if it had to be dropped. */
  Optional<Example> example(int index);
}
