package dev.lorax.cli.bench;

import dev.lorax.graph.Seeds;
import dev.lorax.graph.Sequences;
import dev.lorax.train.Batch;
import dev.lorax.train.Batches;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Batches of made-up samples whose lengths lie as those of conversations do: log-normally.
 *
 * @param size samples of a batch
 * @param mean of their lengths, before the longest are cut
 * @param longest of their lengths
 * @param vocabulary below which ids are drawn
 */
record RaggedSamples(int size, double mean, int longest, int vocabulary) implements Batches {
  /** Of the logarithm; usual for collections of instructions. */
  private static final double DEVIATION = 0.8;

  @Override
  public Batch batch(long number) {
    Random random = new Random(Seeds.mix(1, number));
    List<int[]> samples = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      samples.add(random.ints(length(random), 0, vocabulary).toArray());
    }
    return Batch.ofLabels(samples, samples);
  }

  private int length(Random random) {
    double middle = Math.log(mean) - DEVIATION * DEVIATION / 2;
    double length = Math.exp(middle + DEVIATION * random.nextGaussian());
    return (int) Math.max(2, Math.min(longest, Math.round(length)));
  }

  /** The same batches, every sample filled to its batch's longest with tokens not learned from. */
  Batches padded() {
    return number -> padded(batch(number));
  }

  private static Batch padded(Batch batch) {
    Sequences own = batch.sequences();
    int longest = own.longest();
    int[] tokens = new int[own.count() * longest];
    int[] targets = new int[tokens.length];
    Arrays.fill(targets, Batch.IGNORED);
    int start = 0;
    for (int i = 0; i < own.count(); i++) {
      System.arraycopy(batch.tokens(), start, tokens, i * longest, own.length(i));
      System.arraycopy(batch.targets(), start, targets, i * longest, own.length(i));
      start += own.length(i);
    }
    return new Batch(tokens, targets, Sequences.uniform(own.count(), longest));
  }
}
