package dev.lorax.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lorax.data.Example;
import dev.lorax.data.Mixture;
import dev.lorax.data.Mixture.Source;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExampleBatchesTest {
  private static final Samples SAMPLES = Samples.ragged(13);

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8, 13, 20})
  void eachEpochHasEachSampleOnceWhateverTheSizeOfABatch(int size) {
    ExampleBatches batches = Batches.examples(SAMPLES).size(size).seed(4);
    int[] order = order(batches, 3 * 13);
    for (int epoch = 0; epoch < 3; epoch++) {
      assertThat(IntStream.of(order).skip(13 * epoch).limit(13))
          .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 13).boxed().toList());
    }
  }

  @Test
  void theOrderDependsOnEpochAndSeedAlone() {
    int[] order = order(Batches.examples(SAMPLES).size(4).seed(4), 26);
    assertThat(order(Batches.examples(SAMPLES).size(5).seed(4), 26)).isEqualTo(order);
    assertThat(order(Batches.examples(SAMPLES).size(4).seed(5), 26)).isNotEqualTo(order);
    assertThat(IntStream.of(order).skip(13).toArray())
        .isNotEqualTo(IntStream.of(order).limit(13).toArray());
  }

  @Test
  void aBatchIsAPureFunctionOfItsNumber() {
    ExampleBatches batches = Batches.examples(SAMPLES).size(4).seed(4);
    Batch late = batches.batch(70);
    batches.batch(0);
    requireEqual(batches.batch(70), late);
    requireEqual(Batches.examples(Samples.ragged(13)).size(4).seed(4).batch(70), late);
  }

  @Test
  void samplesOfSimilarLengthComeTogetherOnDemand() {
    Samples many = Samples.ragged(100);
    ExampleBatches grouped = Batches.examples(many).size(4).seed(4).groups(4);
    int[] order = order(grouped, 200);
    for (int epoch = 0; epoch < 2; epoch++) {
      assertThat(IntStream.of(order).skip(100 * epoch).limit(100))
          .containsExactlyInAnyOrderElementsOf(IntStream.range(0, 100).boxed().toList());
    }
    assertThat(spread(many, order)).isLessThan(spread(many, order(grouped.groups(1), 200)) / 3);
    assertThat(order(grouped.size(1), 200)).isEqualTo(order);
    int[] lengths = IntStream.of(order).limit(100).map(many::length).toArray();
    assertThat(lengths).isNotEqualTo(IntStream.of(lengths).sorted().toArray());
  }

  /** How much the lengths within four samples differ, on average. */
  private static double spread(Samples samples, int[] order) {
    return IntStream.range(0, order.length / 4)
        .mapToObj(i -> IntStream.range(4 * i, 4 * i + 4).map(j -> samples.length(order[j])))
        .map(IntStream::summaryStatistics)
        .mapToInt(lengths -> lengths.getMax() - lengths.getMin())
        .average()
        .orElseThrow();
  }

  @Test
  void everySequenceIsTheSampleItNames() {
    ExampleBatches batches = Batches.examples(SAMPLES).size(4);
    Batch batch = batches.batch(2);
    int[] numbers = batches.numbers(2);
    assertThat(batch.sequences().count()).isEqualTo(4);
    int row = 0;
    for (int i = 0; i < 4; i++) {
      Example sample = SAMPLES.examples(numbers[i]).get(0);
      int last = sample.tokens().length - 1;
      assertThat(batch.sequences().length(i)).isEqualTo(last + 1);
      for (int j = 0; j <= last; j++, row++) {
        boolean learned = j < last && sample.supervised()[j + 1];
        assertThat(batch.tokens()[row]).isEqualTo(sample.tokens()[j]);
        assertThat(batch.targets()[row])
            .isEqualTo(learned ? sample.tokens()[j + 1] : Batch.IGNORED);
      }
    }
  }

  @Test
  void aSampleToLearnNothingFromIsReplacedByAnotherOfItsEpoch() {
    int[] order = order(Batches.examples(SAMPLES), 13);
    Samples holed = SAMPLES.with(order[3]).with(order[12], Samples.masked());
    ExampleBatches batches = Batches.examples(holed);
    int[] found = order(batches, 13);
    for (int i = 0; i < 13; i++) {
      if (i == 3 || i == 12) {
        assertThat(found[i]).isNotIn(order[3], order[12]);
      } else {
        assertThat(found[i]).isEqualTo(order[i]);
      }
    }
    assertThat(order(batches.size(4), 13)).isEqualTo(found);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 8})
  void whatManyUselessSamplesLeaveIsSpreadOverAllOthers(int group) {
    Samples holed = Samples.ragged(1000);
    for (int i = 0; i < 1000; i++) {
      int length = holed.length(i);
      holed = length > 6 ? holed.with(i, Samples.masked(length)) : holed; // about one half
    }
    int[] counts = new int[1000];
    IntStream.of(order(Batches.examples(holed).groups(group).seed(4), 1000))
        .forEach(i -> counts[i]++);
    assertThat(IntStream.of(counts).max().orElseThrow()).isLessThan(12);
  }

  @Test
  void piecesOfASampleComeTogether() {
    Example first = SAMPLES.examples(0).get(0);
    Example second = SAMPLES.examples(1).get(0);
    Samples split = SAMPLES.with(5, first, Samples.masked(), second);
    ExampleBatches batches = Batches.examples(split).size(13);
    List<Integer> numbers = IntStream.of(batches.numbers(0)).boxed().toList();
    int at = numbers.indexOf(5);
    assertThat(numbers.subList(at, at + 2)).containsExactly(5, 5);
    assertThat(numbers).hasSize(14);
    Batch batch = batches.batch(0);
    assertThat(batch.sequences().length(at)).isEqualTo(first.tokens().length);
    assertThat(batch.sequences().length(at + 1)).isEqualTo(second.tokens().length);
  }

  @Test
  void whereAllLabelsAreMaskedThatIsSaid() {
    Samples masked = new Samples(Collections.nCopies(9, List.of(Samples.masked())));
    assertThatThrownBy(() -> Batches.examples(masked).batch(0))
        .isInstanceOf(TrainingException.class)
        .hasMessage("None of the 9 samples has a token to learn from: all labels are masked");
    Samples many = new Samples(Collections.nCopies(5000, List.of()));
    assertThatThrownBy(() -> Batches.examples(many).batch(0))
        .hasMessageStartingWith("1,000 samples looked at have no token to learn from");
    assertThatThrownBy(() -> Batches.examples(new Samples(List.of())))
        .hasMessage("There is no sample to learn from");
    assertThatThrownBy(() -> Batches.examples(SAMPLES).size(0))
        .hasMessage("A batch needs at least 1 sample, not 0");
  }

  @ParameterizedTest
  @CsvSource({"1, 8", "2, 4", "4, 2"})
  void accumulatedBatchesEqualOneLargeBatch(int size, int accumulation) {
    ExampleBatches batches = Batches.examples(SAMPLES).seed(4);
    try (Run whole = new Run().train(batches.size(8), t -> t.steps(4));
        Run parts =
            new Run().train(batches.size(size), t -> t.steps(4).accumulation(accumulation))) {
      for (int i = 0; i < 4; i++) {
        Step wanted = whole.steps.get(i);
        Step found = parts.steps.get(i);
        assertThat(found.loss()).isCloseTo(wanted.loss(), within(1e-6));
        assertThat(found.gradientNorm()).isCloseTo(wanted.gradientNorm(), within(1e-6));
        assertThat(found.supervised()).isEqualTo(wanted.supervised());
      }
      whole
          .values()
          .forEach(
              (name, values) ->
                  assertThat(parts.values().get(name)).containsExactly(values, within(1e-6f)));
    }
  }

  @Test
  void sourcesComeAsOftenAsTheirWeightsSay() {
    Mixture mixture =
        new Mixture(List.of(new Source(SAMPLES, 2), new Source(Samples.ragged(10), 0.5)), 1);
    ExampleBatches batches = Batches.examples(mixture).size(4).seed(4);
    assertThat(batches.perEpoch()).isEqualTo(31);
    int[] twice = order(batches, 62);
    assertThat(IntStream.range(0, 23).map(i -> count(twice, i)).toArray())
        .startsWith(IntStream.generate(() -> 4).limit(13).toArray())
        .endsWith(IntStream.generate(() -> 1).limit(10).toArray());
    assertThat(IntStream.of(twice).limit(31).filter(i -> i >= 13)).hasSize(5);
  }

  private static int count(int[] numbers, int wanted) {
    return (int) IntStream.of(numbers).filter(number -> number == wanted).count();
  }

  @Test
  void heldOutSamplesComeOnceInOrder() {
    HeldOutExamples held = HeldOutExamples.of(SAMPLES.with(2, Samples.masked()), 4, 10);
    assertThat(held.count()).isEqualTo(3);
    assertThat(held.samples()).isEqualTo(10);
    assertThat(LongStream.range(0, 3).boxed().flatMapToInt(i -> IntStream.of(held.numbers(i))))
        .containsExactly(0, 1, 3, 4, 5, 6, 7, 8, 9, 10);
    assertThat(held.batch(2).sequences().count()).isEqualTo(2);
    assertThat(HeldOutExamples.of(SAMPLES, 4, 100).samples()).isEqualTo(13);
    Samples masked = new Samples(List.of(List.of(Samples.masked())));
    assertThatThrownBy(() -> HeldOutExamples.of(masked, 4, 10))
        .hasMessage(
            "None of the 1 samples can be measured on: each is left out, or has no token to learn");
  }

  private static int[] order(ExampleBatches batches, int samples) {
    return LongStream.iterate(0, i -> i + 1)
        .mapToObj(batches::numbers)
        .flatMapToInt(IntStream::of)
        .limit(samples)
        .toArray();
  }

  static void requireEqual(Batch found, Batch wanted) {
    assertThat(found.tokens()).isEqualTo(wanted.tokens());
    assertThat(found.targets()).isEqualTo(wanted.targets());
    assertThat(found.sequences()).hasToString(wanted.sequences().toString());
  }
}
