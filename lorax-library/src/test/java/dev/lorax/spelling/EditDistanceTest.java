package dev.lorax.spelling;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EditDistanceTest {
  @ParameterizedTest
  @CsvSource({
    "'', '', 0", "value, value, 0", "'', key, 3", "query, quary, 1", "quer, query, 1",
    "valeu, value, 2", "kitten, sitting, 3", "ab, ba, 2", "Key, key, 1", "gate, output, 5"
  })
  void countsInsertionsDropsAndChangesBothWays(String one, String other, int distance) {
    assertThat(EditDistance.between(one, other)).isEqualTo(distance);
    assertThat(EditDistance.between(other, one)).isEqualTo(distance);
  }
}
