package dev.lorax.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

/** Selecting without sorting gives what sorting gives. */
class SelectionLawTest {
  private final Selection selection = new Selection();

  @Property
  void theThresholdIsThatOfASort(
      @ForAll("keys") List<Integer> keys, @ForAll @IntRange(min = 1, max = 70) int count) {
    selection.clear(keys.size());
    keys.forEach(key -> selection.add(key, 1));
    List<Integer> sorted = keys.stream().sorted(Comparator.reverseOrder()).toList();
    int threshold = sorted.get(Math.min(count, sorted.size()) - 1);
    assertThat(selection.threshold(count)).isEqualTo(threshold);
    assertThat(selection.above()).isEqualTo(keys.stream().filter(key -> key > threshold).count());
  }

  @Property
  void topPIsThatOfASort(
      @ForAll("keys") List<Integer> keys, @ForAll @DoubleRange(min = 0.01, max = 0.99) double p) {
    float[] logits = new float[keys.size()];
    IntStream.range(0, logits.length).forEach(i -> logits[i] = keys.get(i) / 3f);
    float[] expected = bySorting(logits, p);
    new TopP(p).process(logits, new int[0], 0);
    assertThat(logits).isEqualTo(expected);
  }

  /** From the least likely token on, drops tokens while their sum stays within 1 - p. */
  private static float[] bySorting(float[] logits, double p) {
    double[] weights = new double[logits.length];
    Arrays.setAll(weights, i -> Math.exp(logits[i]));
    double total = Arrays.stream(weights).sum();
    float[] kept = logits.clone();
    double sum = 0;
    for (int i :
        IntStream.range(0, logits.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> weights[i]))
            .toList()) {
      sum += weights[i] / total;
      // No double is exact at the edge: the last one always stays.
      if (sum <= 1 - p) {
        kept[i] = Float.NEGATIVE_INFINITY;
      }
    }
    return kept;
  }

  @Provide
  Arbitrary<List<Integer>> keys() {
    return Arbitraries.integers().between(-15, 15).list().ofMinSize(1).ofMaxSize(60);
  }
}
