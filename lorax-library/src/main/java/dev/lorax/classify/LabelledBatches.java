package dev.lorax.classify;

import dev.lorax.data.Permutation;
import dev.lorax.graph.Seeds;
import dev.lorax.train.Batch;
import dev.lorax.train.Batches;
import java.util.ArrayList;
import java.util.List;

/**
 * Texts and their classes, a number of them in each batch, epoch after epoch, each in an order of
 * its own.
 *
 * <p>Batches run on over the border between two epochs, so that all have the same size.
 */
public final class LabelledBatches implements Batches {
  private final SequenceEncoder encoder;
  private final List<LabelledText> texts;
  private final int size;
  private final long seed;

  private LabelledBatches(SequenceEncoder encoder, List<LabelledText> texts, int size, long seed) {
    this.encoder = encoder;
    this.texts = texts;
    this.size = size;
    this.seed = seed;
  }

  static LabelledBatches of(SequenceEncoder encoder, List<LabelledText> texts) {
    if (texts.isEmpty()) {
      throw new IllegalArgumentException("There is no text to learn from");
    }
    return new LabelledBatches(encoder, List.copyOf(texts), 1, 0);
  }

  /** That many texts in each batch; 1 unless told otherwise. */
  public LabelledBatches size(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("A batch needs at least 1 text, not " + count);
    }
    return new LabelledBatches(encoder, texts, count, seed);
  }

  /** Orders chosen by that seed; 0 unless told otherwise. */
  public LabelledBatches seed(long orders) {
    return new LabelledBatches(encoder, texts, size, orders);
  }

  @Override
  public Batch batch(long number) {
    List<LabelledText> some = new ArrayList<>();
    for (long place = number * size; place < (number + 1) * size; place++) {
      long epoch = place / texts.size();
      Permutation order = new Permutation(texts.size(), Seeds.mix(seed, epoch));
      some.add(texts.get((int) order.at(place % texts.size())));
    }
    return encoder.batch(some);
  }
}
