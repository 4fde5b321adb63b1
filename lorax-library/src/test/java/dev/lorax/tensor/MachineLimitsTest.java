package dev.lorax.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.tensor.MachineLimits.Rate;
import java.util.List;
import org.junit.jupiter.api.Test;

class MachineLimitsTest {
  @Test
  void productsOfEveryShapeRunAtAboutTheSameRate() {
    List<Rate> rates = MachineLimits.products(DType.F32);
    assertThat(rates).extracting(Rate::what).contains("2048 x 2048 x 2048", "512 x 768 x 3072");
    requireBestFirst(rates);
    double best = rates.get(0).perSecond();
    assertThat(best).isBetween(1e8, 1e14);
    // A length forgotten in the number of operations would be off by hundreds.
    assertThat(rates).allMatch(rate -> rate.perSecond() > best / 50);
  }

  @Test
  void aMeanIsNoFasterThanTheBestButForNoise() {
    List<Rate> rates = MachineLimits.products(DType.F32);
    double best = rates.get(0).perSecond();
    List<Rate> now = MachineLimits.productsNow(DType.F32);
    requireBestFirst(now);
    assertThat(now).hasSameSizeAs(rates);
    assertThat(now.get(0).perSecond()).isBetween(best / 50, best * 2);
  }

  @Test
  void readersOfMemoryAgreeAboutItsSpeed() {
    List<Rate> rates = MachineLimits.reads();
    requireBestFirst(rates);
    assertThat(rates.get(0).perSecond()).isBetween(1e8, 1e13);
    assertThat(rates).allMatch(rate -> rate.perSecond() > rates.get(0).perSecond() / 50);
  }

  private static void requireBestFirst(List<Rate> rates) {
    for (int i = 1; i < rates.size(); i++) {
      assertThat(rates.get(i).perSecond()).isLessThanOrEqualTo(rates.get(i - 1).perSecond());
    }
  }
}
