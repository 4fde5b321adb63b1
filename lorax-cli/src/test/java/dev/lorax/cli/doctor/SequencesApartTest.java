package dev.lorax.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SequencesApartTest {
  @ParameterizedTest
  @ValueSource(doubles = {0.3, Double.NaN})
  void otherLogitsBehindAnotherSampleAreAnError(double behind) {
    assertThat(SequencesApart.verdict(behind, 0.5, 1e-4))
        .singleElement()
        .extracting(Diagnosis::severity)
        .isEqualTo(Severity.ERROR);
  }

  @Test
  void whereNothingWouldHaveBeenSeenNothingIsSaid() {
    assertThat(SequencesApart.verdict(1e-6, 1e-6, 1e-4)).isEmpty();
    assertThat(SequencesApart.verdict(1e-6, 0.5, 1e-4))
        .singleElement()
        .extracting(Diagnosis::severity)
        .isEqualTo(Severity.OK);
  }
}
