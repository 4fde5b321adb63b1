package dev.lorax.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenStatisticsTest {
  private static Example example(int length, int learned) {
    boolean[] supervised = new boolean[length];
    Arrays.fill(supervised, length - learned, length, true);
    return new Example(new int[length], supervised);
  }

  @Test
  void lengthsAreCounted() {
    TokenStatistics statistics = new TokenStatistics();
    for (int length = 1; length <= 99; length++) {
      statistics.add(List.of(example(length, length / 2)));
    }
    statistics.add(List.of(example(1000, 10), example(1000, 990)));
    statistics.add(List.of());
    assertThat(statistics.samples()).isEqualTo(101);
    assertThat(statistics.dropped()).isEqualTo(1);
    assertThat(statistics.examples()).isEqualTo(101);
    assertThat(statistics.tokens()).isEqualTo(99 * 50 + 2000);
    assertThat(statistics.learned()).isEqualTo(49 * 50 + 1000);
    assertThat(statistics.mean()).isEqualTo(6950 / 101.0);
    assertThat(statistics.percentile(0)).isEqualTo(1);
    assertThat(statistics.percentile(0.5)).isEqualTo(51);
    assertThat(statistics.percentile(0.95)).isEqualTo(96);
    assertThat(statistics.percentile(1)).isEqualTo(1000);
    assertThat(statistics.longerThan(90)).isEqualTo(11);
    assertThat(statistics.longerThan(1000)).isZero();
    assertThat(statistics)
        .hasToString(
            "101 examples of 1 to 1,000 tokens (median 51, 95% up to 96), 6,950 in all,"
                + " 50% learned");
    assertThat(statistics.histogram(4))
        .containsExactly(
            new TokenStatistics.Bin(1, 250, 99),
            new TokenStatistics.Bin(251, 500, 0),
            new TokenStatistics.Bin(501, 750, 0),
            new TokenStatistics.Bin(751, 1000, 2));
  }

  @Test
  void nothingIsAnswerableToo() {
    TokenStatistics statistics = new TokenStatistics();
    assertThat(statistics.histogram(10)).isEmpty();
    assertThat(statistics.mean()).isZero();
    assertThat(statistics.percentile(0.5)).isZero();
    assertThat(statistics.toString()).startsWith("0 examples");
  }
}
