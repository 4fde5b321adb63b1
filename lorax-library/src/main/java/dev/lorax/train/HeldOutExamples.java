package dev.lorax.train;

import dev.lorax.data.Examples;
import java.util.ArrayList;
import java.util.List;

/**
 * Samples to measure on: each once, in their order, and the last batch may have fewer. They are
 * read once, and kept.
 */
public final class HeldOutExamples implements Batches {
  private final List<List<ExampleBatches.Sequence>> batches = new ArrayList<>();
  private final int samples;

  private HeldOutExamples(List<List<ExampleBatches.Sequence>> samples, int size) {
    this.samples = samples.size();
    for (int i = 0; i < samples.size(); i += size) {
      List<List<ExampleBatches.Sequence>> some =
          samples.subList(i, Math.min(samples.size(), i + size));
      batches.add(some.stream().flatMap(List::stream).toList());
    }
  }

  /**
   * The first samples from which something can be learned.
   *
   * @param size samples of a batch
   * @param most samples at most
   * @throws IllegalArgumentException if there is none, or a number is below 1
   */
  public static HeldOutExamples of(Examples examples, int size, int most) {
    if (size < 1 || most < 1) {
      throw new IllegalArgumentException(
          "At least 1 sample is measured on, in batches of at least 1, not %d in batches of %d"
              .formatted(most, size));
    }
    List<List<ExampleBatches.Sequence>> samples = new ArrayList<>();
    for (int i = 0; i < examples.count() && samples.size() < most; i++) {
      List<ExampleBatches.Sequence> found = ExampleBatches.Sequence.learnable(examples, i);
      if (!found.isEmpty()) {
        samples.add(found);
      }
    }
    if (samples.isEmpty()) {
      throw new IllegalArgumentException(
          "None of the %,d samples can be measured on: each is left out, or has no token to learn"
              .formatted(examples.count()));
    }
    return new HeldOutExamples(samples, size);
  }

  /** How many batches there are. */
  public long count() {
    return batches.size();
  }

  /** How many samples are measured on. */
  public int samples() {
    return samples;
  }

  @Override
  public Batch batch(long number) {
    return ExampleBatches.Sequence.batch(batches.get(Math.toIntExact(number)));
  }

  /** For each sequence of a batch, the number of the sample that it came from. */
  public int[] numbers(long batch) {
    return batches.get(Math.toIntExact(batch)).stream()
        .mapToInt(ExampleBatches.Sequence::number)
        .toArray();
  }
}
