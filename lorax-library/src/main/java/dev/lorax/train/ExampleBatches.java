package dev.lorax.train;

import dev.lorax.data.Example;
import dev.lorax.data.Examples;
import dev.lorax.data.Mixture;
import dev.lorax.data.Permutation;
import dev.lorax.graph.Seeds;
import java.util.ArrayList;
import java.util.List;

/**
 * Samples of any lengths, a number of them in each batch, with no padding: a sequence for each.
 *
 * <p>The samples are gone through epoch after epoch, each epoch in an order of its own. Batches run
 * on over the border between two epochs, so that all have the same number of samples: a batch of 8
 * learns from the same samples as 8 accumulated batches of 1, in every step of a run. A sample from
 * which nothing can be learned is replaced by another of its epoch, chosen by the seed, so that
 * what it leaves is spread over all others. The pieces of a sample that was split come together,
 * each a sequence.
 *
 * <p>Samples of similar length are not put together unless {@link #groups} asks for it, as trainers
 * that pad do: attention over sorted samples takes as long as over shuffled ones (15.5 and 15.8 ms
 * a layer of a GPT-2, 27.1 and 27.0 in float32), and the largest batch has more than twice the
 * tokens.
 */
public final class ExampleBatches implements Batches {
  /** Samples looked at in vain for one place, until that is an error. */
  private static final int MOST_VAIN = 1000;

  private static final long STAND_IN = 1; // what its seed is for

  private final Mixture mixture;
  private final Examples examples;
  private final int size;
  private final long seed;
  private final int group;
  private final SampleOrder order;

  private ExampleBatches(Mixture mixture, int size, long seed, int group) {
    this.mixture = mixture;
    examples = mixture.examples();
    this.size = size;
    this.seed = seed;
    this.group = group;
    SampleOrder shuffled = SampleOrder.shuffled(mixture, seed);
    order =
        group == 1
            ? shuffled
            : new LengthGroups(shuffled, examples::length, group, mixture.perEpoch(), seed);
  }

  /**
   * Batches of one sample each, shuffled with seed 0.
   *
   * @throws IllegalArgumentException if there is no sample
   */
  public static ExampleBatches of(Examples examples) {
    return of(new Mixture(List.of(new Mixture.Source(examples, 1)), 0));
  }

  /**
   * Batches of one sample each of several sources, each as often as the mixture says, shuffled with
   * seed 0. Numbers are those of {@link Mixture#examples}.
   *
   * @throws IllegalArgumentException if there is no sample
   */
  public static ExampleBatches of(Mixture mixture) {
    if (mixture.perEpoch() < 1) {
      throw new IllegalArgumentException("There is no sample to learn from");
    }
    return new ExampleBatches(mixture, 1, 0, 1);
  }

  /** That many samples in each batch. */
  public ExampleBatches size(int samples) {
    if (samples < 1) {
      throw new IllegalArgumentException("A batch needs at least 1 sample, not " + samples);
    }
    return new ExampleBatches(mixture, samples, seed, group);
  }

  /** Orders chosen by that seed. */
  public ExampleBatches seed(long orders) {
    return new ExampleBatches(mixture, size, orders, group);
  }

  /**
   * So many samples of similar length come after each other; 1, which is the default, for any
   * order. With the samples of a step, batches of 8 and of 1 accumulated learn the same in each.
   */
  public ExampleBatches groups(int samples) {
    if (samples < 1) {
      throw new IllegalArgumentException("A group needs at least 1 sample, not " + samples);
    }
    return new ExampleBatches(mixture, size, seed, samples);
  }

  /** How many samples an epoch has. */
  public long perEpoch() {
    return mixture.perEpoch();
  }

  /**
   * The batch of that number, from 0.
   *
   * @throws TrainingException if a thousand samples tried, or all, give nothing to learn from
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

  /** The sample at a place of the whole run, or one that stands in for it. */
  private List<Sequence> sample(long place) {
    List<Sequence> found = learnable(place);
    return found.isEmpty() ? standIn(place) : found;
  }

  /** The first that can be learned from when the place's epoch is gone through at random. */
  private List<Sequence> standIn(long place) {
    long epoch = place / perEpoch() * perEpoch(); // its first place
    Permutation others = new Permutation(perEpoch(), Seeds.mix(seed, place, STAND_IN));
    long most = Math.min(MOST_VAIN, perEpoch());
    for (long i = 0; i < most; i++) {
      List<Sequence> found = learnable(epoch + others.at(i));
      if (!found.isEmpty()) {
        return found;
      }
    }
    throw new TrainingException(
        most == perEpoch()
            ? "None of the %,d samples has a token to learn from: all labels are masked"
                .formatted(perEpoch())
            : "%,d samples looked at have no token to learn from: nearly all labels are masked"
                .formatted(most));
  }

  private List<Sequence> learnable(long place) {
    return Sequence.learnable(examples, order.number(place));
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
