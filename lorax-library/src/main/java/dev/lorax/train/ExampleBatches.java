package dev.lorax.train;

import dev.lorax.data.Example;
import dev.lorax.data.Examples;
import dev.lorax.data.Mixture;
import dev.lorax.data.Permutation;
import dev.lorax.graph.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongBinaryOperator;

/**
 * Samples of any lengths, a number of them in each batch, with no padding: a sequence for each.
 *
 * <p>The samples are gone through epoch after epoch, each epoch in an order of its own. Batches run
 * on over the border between two epochs, so that all have the same number of samples: a batch of 8
 * learns from the same samples as 8 accumulated batches of 1, in every step of a run. A sample from
 * which nothing can be learned is replaced by the next in order from which something can. The
 * pieces of a sample that was split come together, each a sequence.
 *
 * <p>Samples of similar length are not put together, as trainers that pad do: attention over sorted
 * samples takes as long as over shuffled ones (15.5 and 15.8 ms a layer of a GPT-2, 27.1 and 27.0
 * in float32), and the largest batch would have more than twice the tokens.
 */
public final class ExampleBatches implements Batches {
  /** Samples looked at in vain, one after the other, until that is an error. */
  private static final int MOST_VAIN = 1000;

  private final Examples examples;
  private final long perEpoch;
  private final LongBinaryOperator order;
  private final int size;
  private final long seed;

  private ExampleBatches(
      Examples examples, long perEpoch, LongBinaryOperator order, int size, long seed) {
    this.examples = examples;
    this.perEpoch = perEpoch;
    this.order = order;
    this.size = size;
    this.seed = seed;
  }

  /**
   * Batches of one sample each, shuffled with seed 0.
   *
   * @throws IllegalArgumentException if there is no sample
   */
  public static ExampleBatches of(Examples examples) {
    return of(examples, examples.count(), (epoch, place) -> place);
  }

  /**
   * Batches of one sample each of several sources, each as often as the mixture says, shuffled with
   * seed 0. Numbers are those of {@link Mixture#examples}.
   *
   * @throws IllegalArgumentException if there is no sample
   */
  public static ExampleBatches of(Mixture mixture) {
    return of(mixture.examples(), mixture.perEpoch(), mixture::at);
  }

  private static ExampleBatches of(Examples examples, long perEpoch, LongBinaryOperator order) {
    if (perEpoch < 1) {
      throw new IllegalArgumentException("There is no sample to learn from");
    }
    return new ExampleBatches(examples, perEpoch, order, 1, 0);
  }

  /** That many samples in each batch. */
  public ExampleBatches size(int samples) {
    if (samples < 1) {
      throw new IllegalArgumentException("A batch needs at least 1 sample, not " + samples);
    }
    return new ExampleBatches(examples, perEpoch, order, samples, seed);
  }

  /** Orders chosen by that seed. */
  public ExampleBatches seed(long orders) {
    return new ExampleBatches(examples, perEpoch, order, size, orders);
  }

  /** How many samples an epoch has. */
  public long perEpoch() {
    return perEpoch;
  }

  /**
   * The batch of that number, from 0.
   *
   * @throws IllegalArgumentException if many samples on end, or all, give nothing to learn from
   */
  @Override
  public Batch batch(long number) {
    return Sequence.batch(sequences(number));
  }

  /** For each sequence of a batch, the number of the sample that it came from. */
  public int[] numbers(long batch) {
    return sequences(batch).stream().mapToInt(Sequence::number).toArray();
  }

  private List<Sequence> sequences(long batch) {
    List<Sequence> sequences = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      sequences.addAll(sample(batch * size + i));
    }
    return sequences;
  }

  /** The sample at a place of the whole run, or the next that can be learned from. */
  private List<Sequence> sample(long place) {
    long most = Math.min(MOST_VAIN, perEpoch);
    for (long i = place; i < place + most; i++) {
      List<Sequence> found = Sequence.learnable(examples, number(i));
      if (!found.isEmpty()) {
        return found;
      }
    }
    throw new IllegalArgumentException(
        most == perEpoch
            ? "None of the %,d samples has a token to learn from: all labels are masked"
                .formatted(perEpoch)
            : "%,d samples on end have no token to learn from: nearly all labels are masked"
                .formatted(most));
  }

  private int number(long place) {
    long epoch = place / perEpoch;
    Permutation shuffled = new Permutation(perEpoch, Seeds.mix(seed, epoch));
    return Math.toIntExact(order.applyAsLong(epoch, shuffled.at(place % perEpoch)));
  }

  /**
   * A sequence of a batch.
   *
   * @param number of the sample that it came from
   * @param example what is learned
   */
  record Sequence(int number, Example example) {
    /** Those of a sample, without any that has no token to learn from. */
    static List<Sequence> learnable(Examples examples, int number) {
      return examples.examples(number).stream()
          .filter(example -> example.learned() > 0)
          .map(example -> new Sequence(number, example))
          .toList();
    }

    /** All of them together. */
    static Batch batch(List<Sequence> sequences) {
      return Batch.ofLabels(
          sequences.stream().map(sequence -> sequence.example.tokens()).toList(),
          sequences.stream().map(Sequence::labels).toList());
    }

    private int[] labels() {
      int[] labels = example.tokens().clone();
      for (int i = 0; i < labels.length; i++) {
        labels[i] = example.supervised()[i] ? labels[i] : Batch.IGNORED;
      }
      return labels;
    }
  }
}
