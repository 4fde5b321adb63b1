package dev.lorax.train;

import dev.lorax.data.Mixture;
import dev.lorax.data.Permutation;
import dev.lorax.graph.Seeds;

/**
 * In which order samples come: a number for each place of an endless row, epoch after epoch, each
 * in an order of its own.
 */
@FunctionalInterface
interface SampleOrder {
  /** The sample at a place. */
  int number(long place);

  /** All samples of a mixture, shuffled by a seed. */
  static SampleOrder shuffled(Mixture mixture, long seed) {
    long perEpoch = mixture.perEpoch();
    return place -> {
      long epoch = place / perEpoch;
      Permutation order = new Permutation(perEpoch, Seeds.mix(seed, epoch));
      return mixture.at(epoch, order.at(place % perEpoch));
    };
  }
}
