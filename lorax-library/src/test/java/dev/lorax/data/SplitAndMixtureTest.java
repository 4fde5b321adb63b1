package dev.lorax.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SplitAndMixtureTest {
  private static final NumberedExamples TEN = new NumberedExamples(0, 10);
  private static final NumberedExamples FIVE = new NumberedExamples(10, 5);

  private static List<Integer> numbers(Examples examples) {
    return IntStream.range(0, examples.count())
        .mapToObj(i -> NumberedExamples.number(examples, i))
        .toList();
  }

  @Property(tries = 200)
  void everySampleIsInOnePart(
      @ForAll @IntRange(max = 200) int count,
      @ForAll @DoubleRange(min = 0, max = 0.99) double share,
      @ForAll long seed) {
    Split split = Split.of(new NumberedExamples(0, count), share, seed);
    List<Integer> all = new ArrayList<>(numbers(split.train()));
    all.addAll(numbers(split.heldOut()));
    assertThat(all.stream().sorted()).isEqualTo(IntStream.range(0, count).boxed().toList());
    if (count > 0) {
      assertThat(split.train().count()).isPositive();
      assertThat(split.heldOut().count())
          .isBetween((int) (share * count) - 1, (int) (share * count) + 1);
    }
  }

  @Test
  void theSeedChoosesWhatIsHeldOut() {
    Examples all = new NumberedExamples(0, 1000);
    List<Integer> held = numbers(Split.of(all, 0.1, 1).heldOut());
    assertThat(held).hasSize(100).isEqualTo(numbers(Split.of(all, 0.1, 1).heldOut()));
    assertThat(held).isNotEqualTo(numbers(Split.of(all, 0.1, 2).heldOut()));
    assertThat(held.stream().mapToInt(i -> i).average().orElseThrow()).isBetween(400.0, 600.0);
    Split split = Split.of(all, 0.1, 1);
    assertThatThrownBy(() -> split.heldOut().examples(100))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Split.of(all, 1, 1)).hasMessageContaining("[0, 1)");
  }

  @Test
  void wholeWeightsGoThroughASourceSoOftenInItsOrder() {
    Mixture mixture =
        new Mixture(List.of(new Mixture.Source(TEN, 1), new Mixture.Source(FIVE, 2)), 3);
    assertThat(mixture.perEpoch()).isEqualTo(20);
    List<Integer> epoch = epoch(mixture, 7);
    assertThat(epoch.subList(0, 10)).isEqualTo(numbers(TEN));
    assertThat(epoch.subList(10, 15)).isEqualTo(numbers(FIVE)).isEqualTo(epoch.subList(15, 20));
  }

  @Test
  void halfComesInOneEpochAndTheOtherHalfInTheNext() {
    Mixture mixture =
        new Mixture(
            List.of(
                new Mixture.Source(FIVE, 1),
                new Mixture.Source(new NumberedExamples(100, 10), 0.5)),
            3);
    assertThat(mixture.perEpoch()).isEqualTo(10);
    List<Integer> two = new ArrayList<>(epoch(mixture, 0).subList(5, 10));
    two.addAll(epoch(mixture, 1).subList(5, 10));
    assertThat(two).containsExactlyInAnyOrderElementsOf(IntStream.range(100, 110).boxed().toList());
    assertThat(two).isNotEqualTo(two.stream().sorted().toList());
  }

  @Property(tries = 200)
  void overManyEpochsEverySampleComesEquallyOften(
      @ForAll @IntRange(min = 1, max = 20) int count,
      @ForAll @DoubleRange(min = 0.1, max = 3) double weight,
      @ForAll long seed) {
    Mixture mixture =
        new Mixture(
            List.of(
                new Mixture.Source(FIVE, 1),
                new Mixture.Source(new NumberedExamples(0, 0), 1),
                new Mixture.Source(new NumberedExamples(100, count), weight)),
            seed);
    Map<Integer, Integer> visits = new TreeMap<>();
    for (int epoch = 0; epoch < 9; epoch++) {
      List<Integer> numbers = epoch(mixture, epoch);
      numbers.subList(5, numbers.size()).forEach(number -> visits.merge(number, 1, Integer::sum));
    }
    int total = visits.values().stream().mapToInt(i -> i).sum();
    for (int i = 0; i < count; i++) {
      assertThat(visits.getOrDefault(100 + i, 0)).isBetween(total / count, total / count + 1);
    }
  }

  private static List<Integer> epoch(Mixture mixture, long epoch) {
    Examples examples = mixture.examples();
    return IntStream.range(0, (int) mixture.perEpoch())
        .mapToObj(place -> NumberedExamples.number(examples, mixture.at(epoch, place)))
        .toList();
  }

  @Test
  void thereIsNoPlaceOutside() {
    Mixture mixture = new Mixture(List.of(new Mixture.Source(TEN, 1)), 0);
    assertThatThrownBy(() -> mixture.at(0, 10)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> mixture.at(0, -1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> mixture.examples().examples(10))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> new Mixture.Source(TEN, 0)).hasMessageContaining("not 0.0");
  }
}
