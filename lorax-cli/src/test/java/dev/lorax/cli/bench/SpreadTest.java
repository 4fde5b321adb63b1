package dev.lorax.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SpreadTest {
  @Test
  void quartilesAndMedianAreThoseOfTheSortedValues() {
    assertThat(Spread.of(9, 1, 7, 3, 5)).isEqualTo(new Spread(5, 1, 3, 5, 7, 9));
  }

  @Test
  void betweenTwoValuesLiesTheirStraightLine() {
    assertThat(Spread.of(40, 10, 20, 30)).isEqualTo(new Spread(4, 10, 17.5, 25, 32.5, 40));
    assertThat(Spread.of(2, 1).median()).isEqualTo(1.5);
  }

  @Test
  void oneValueIsAllOfIt() {
    assertThat(Spread.of(4)).isEqualTo(new Spread(1, 4, 4, 4, 4, 4));
  }

  @Test
  void theGivenValuesStayInTheirOrder() {
    double[] values = {3, 1, 2};
    Spread.of(values);
    assertThat(values).containsExactly(3, 1, 2);
  }

  @Test
  void nothingMeasuredIsAnError() {
    assertThatThrownBy(Spread::of).hasMessageContaining("Nothing was measured");
  }
}
