package dev.lorax.cli.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lorax.train.Evaluation;
import java.util.List;
import org.junit.jupiter.api.Test;

class EstimateTest {
  private static final List<Evaluation> BASE =
      List.of(new Evaluation(1, 10), new Evaluation(5, 10), new Evaluation(9, 10));

  @Test
  void aShareNearZeroHasAnIntervalInsideZeroAndOne() {
    Estimate none = Estimate.share(0, 100);
    assertThat(none.low()).isZero();
    assertThat(none.high()).isCloseTo(0.0370, within(5e-5)); // z² / (n + z²)
    Estimate half = Estimate.share(5, 10);
    assertThat(half.low()).isCloseTo(0.2366, within(5e-5));
    assertThat(half.high()).isCloseTo(0.7634, within(5e-5));
  }

  @Test
  void aDifferenceOnTheSameSequencesIsSurerThanBothLosses() {
    List<Evaluation> better =
        BASE.stream().map(one -> new Evaluation(one.loss() - 0.5, one.supervised())).toList();
    Estimate difference = Estimate.difference(better, BASE);
    assertThat(difference.value()).isCloseTo(-0.5, within(1e-12));
    assertThat(difference.high() - difference.low()).isCloseTo(0, within(1e-12));
    assertThat(Verdict.of(difference)).isEqualTo(Verdict.BETTER);
    assertThat(Verdict.of(Estimate.difference(BASE, better))).isEqualTo(Verdict.WORSE);
    assertThat(Estimate.loss(BASE).high() - Estimate.loss(BASE).low()).isGreaterThan(5);
  }

  @Test
  void aDifferenceThatNoiseExplainsIsChance() {
    List<Evaluation> mixed =
        List.of(new Evaluation(2, 10), new Evaluation(4, 10), new Evaluation(8.9, 10));
    assertThat(Verdict.of(Estimate.difference(mixed, BASE))).isEqualTo(Verdict.CHANCE);
  }

  @Test
  void oneSequenceTellsNothingAboutChance() {
    List<Evaluation> one = List.of(new Evaluation(2, 10));
    assertThat(Estimate.loss(one).isSure()).isFalse();
    assertThat(Verdict.of(Estimate.difference(one, one))).isEqualTo(Verdict.UNKNOWN);
  }
}
