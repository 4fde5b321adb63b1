package dev.lorax.algebra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lorax.lora.Factors;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Svd;
import dev.lorax.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpectrumTest {
  private static final Spectrum FOUR = new Spectrum(List.of(8.0, 4.0, 2.0, 1.0));

  @Test
  void ranksCountWhatIsThere() {
    Spectrum even = new Spectrum(List.of(3.0, 3.0, 3.0));
    assertThat(even.effectiveRank()).isCloseTo(3, within(1e-12));
    assertThat(even.stableRank()).isCloseTo(3, within(1e-12));
    Spectrum one = new Spectrum(List.of(5.0, 0.0));
    assertThat(one.effectiveRank()).isEqualTo(1);
    assertThat(one.stableRank()).isEqualTo(1);
    Spectrum none = new Spectrum(List.of(0.0, 0.0));
    assertThat(none.effectiveRank()).isZero();
    assertThat(none.stableRank()).isZero();
    assertThat(FOUR.norm()).isCloseTo(Math.sqrt(85), within(1e-12));
    assertThat(FOUR.lost(2)).isCloseTo(Math.sqrt(5), within(1e-12));
  }

  /** Of squares 64, 16, 4, 1 and values 8, 4, 2, 1. */
  @ParameterizedTest
  @CsvSource({
    "sv_ratio,1,1", // none is above the largest
    "sv_ratio,2.1,2",
    "sv_ratio,9,4",
    "sv_fro,0.86,1", // 64 / 85 has 0.8677 of the norm
    "sv_fro,0.87,2",
    "sv_fro,1,4",
    "sv_cumulative,0.53,1", // 8 / 15
    "sv_cumulative,0.79,2", // 12 / 15
    "sv_cumulative,0.81,3"
  })
  void rulesKeepTheFewestThatAreEnough(String name, double number, int rank) {
    assertThat(RankRule.named(name, number).rank(FOUR)).isEqualTo(rank);
    assertThat(RankRule.named(name, number).atMost(2).rank(FOUR)).isEqualTo(Math.min(2, rank));
  }

  @Test
  void theProductIsDecomposedWithoutBeingFormed() {
    for (int rank : new int[] {1, 3, 9}) { // 9 is more than the matrix has
      try (Scope scope = new Scope()) {
        Tensor b = Tensor.normal(DType.F32, 1, 1, 7, rank);
        Tensor a = Tensor.normal(DType.F32, 1, 2, rank, 5);
        Svd parts = Svd.ofProduct(b, a);
        Tensor again = parts.left().mul(parts.values()).matmul(parts.right()).to(DType.F32);
        assertThat(again.sub(b.matmul(a)).abs().max().item()).isLessThan(1e-5);
        double[] wanted = Svd.of(b.matmul(a).mul(2)).truncated(rank).values().toDoubles();
        List<Double> found = Spectrum.of(new Factors(a, b), -2).values();
        assertThat(found).hasSize(Math.min(rank, 5));
        for (int i = 0; i < found.size(); i++) {
          assertThat(found.get(i)).isCloseTo(wanted[i], within(1e-4));
        }
      }
    }
  }

  @Test
  void numbersThatMeanNothingAreRefused() {
    refuses(() -> RankRule.named("sv_ratio", 0.5), "sv_ratio takes a ratio from 1, not 0.5");
    refuses(
        () -> RankRule.named("sv_fro", 1.5), "sv_fro takes a share above 0, at most 1, not 1.5");
    refuses(
        () -> RankRule.named("best", 1), "There is no rule 'best' for ranks: known are sv_ratio");
    refuses(() -> RankRule.fixed(0), "The rank must be at least 1, not 0");
  }

  private static void refuses(Runnable call, String message) {
    assertThatThrownBy(call::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }
}
