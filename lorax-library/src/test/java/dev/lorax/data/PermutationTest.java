package dev.lorax.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class PermutationTest {
  @Property(tries = 200)
  void everyNumberComesOnce(@ForAll @IntRange(max = 3000) int n, @ForAll long seed) {
    BitSet seen = new BitSet();
    order(n, seed).forEach(number -> seen.set((int) number));
    assertThat(seen.cardinality()).isEqualTo(n);
    assertThat(seen.length()).isEqualTo(n);
  }

  @Property(tries = 200)
  void largeOnesStayInRange(
      @ForAll @LongRange(min = 1, max = 1L << 60) long n,
      @ForAll @LongRange(min = 0, max = 1L << 60) long place,
      @ForAll long seed) {
    assertThat(new Permutation(n, seed).at(place % n)).isBetween(0L, n - 1);
  }

  @Test
  void placesTellNothingAboutNumbers() {
    int n = 10_000;
    double[] order = order(n, 7).asDoubleStream().toArray();
    double sum = 0;
    double following = 0;
    for (int i = 0; i < n; i++) {
      sum += (order[i] - n / 2.0) * (i - n / 2.0);
      following += (order[i] - n / 2.0) * (order[(i + 1) % n] - n / 2.0);
    }
    double variance = (double) n * n * n / 12;
    // A correlation of independent numbers has a deviation of 1 / sqrt(n), here 0.01.
    assertThat(sum / variance).isBetween(-0.04, 0.04);
    assertThat(following / variance).isBetween(-0.04, 0.04);
  }

  @Test
  void allOrdersOfFourAreAboutAsFrequent() {
    Map<String, Integer> counts = new HashMap<>();
    for (long seed = 0; seed < 24_000; seed++) {
      counts.merge(order(4, seed).boxed().toList().toString(), 1, Integer::sum);
    }
    assertThat(counts).hasSize(24);
    assertThat(counts.values()).allMatch(count -> count > 800 && count < 1200);
  }

  @Test
  void seedsThatFollowEachOtherGiveUnrelatedOrders() {
    int n = 10_000;
    long[] one = order(n, 1).toArray();
    long[] two = order(n, 2).toArray();
    assertThat(LongStream.range(0, n).filter(i -> one[(int) i] == two[(int) i]).count())
        .isLessThan(10); // one is expected
  }

  @Test
  void thereIsNoPlaceOutside() {
    Permutation permutation = new Permutation(3, 0);
    assertThatThrownBy(() -> permutation.at(3)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> permutation.at(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> new Permutation(0, 0).at(0))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> new Permutation(-1, 0)).isInstanceOf(IllegalArgumentException.class);
  }

  private static LongStream order(int n, long seed) {
    Permutation permutation = new Permutation(n, seed);
    return LongStream.range(0, n).map(permutation::at);
  }
}
