package dev.lorax.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lorax.tensor.Derivatives.Sloped;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Numbers that fill no whole vector are among those of every test. */
class SweepsTest {
  private static final int ROWS = 3;
  private static final int WIDTH = 2501;

  @Test
  void areOnInTheseTests() {
    assertThat(VectorUnit.sweeps()).isPresent();
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "BF16"})
  void theUnitAndItsSlopeAreTheEnginesWithinRounding(DType type) {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      Tensor x = Tensor.uniform(DType.F32, -9, 9, 1, ROWS, WIDTH).to(type);
      Tensor ones = Tensor.zeros(type, ROWS, WIDTH).addInPlace(1);

      Sloped both = Derivatives.slopedGeluTanh(x).orElseThrow();

      close(both.value(), Kernels.geluTanh(x.to(DType.F64)), type);
      close(both.slope(), Derivatives.geluTanh(ones.to(DType.F64), x.to(DType.F64)), type);
    }
  }

  @ParameterizedTest
  @CsvSource({"F32, 0", "BF16, 0", "F32, 0.1", "BF16, 0.1"})
  void theSlopeOfTheLossIsThatInFloat64WithinRounding(DType type, double smoothing) {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      CrossEntropy entropy = new CrossEntropy(smoothing);
      Tensor logits = Tensor.normal(DType.F32, 4, 1, ROWS, WIDTH).to(type);
      Tensor exact = logits.to(DType.F64);
      Tensor targets = Tensor.of(new long[] {0, 1234, WIDTH - 1}, ROWS);

      double loss = entropy.slope(logits, targets, 0.5);

      assertThat(loss).isCloseTo(entropy.slope(exact, targets, 0.5), within(1e-4));
      close(logits, exact, type);
    }
  }

  @Test
  void aLogitThatIsNoNumberMakesTheLossNone() {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      Tensor logits = Tensor.of(new float[] {1, Float.NaN, 2, 3}, 2, 2);
      assertThat(CrossEntropy.PLAIN.slope(logits, Tensor.of(new long[] {0, 1}, 2), 1)).isNaN();
    }
  }

  private static void close(Tensor actual, Tensor exact, DType type) {
    double[] a = actual.to(DType.F64).toDoubles();
    double[] b = exact.toDoubles();
    double share = type == DType.F32 ? 1e-5 : 1.0 / 256;
    for (int i = 0; i < a.length; i++) {
      assertThat(a[i]).isCloseTo(b[i], within(share * Math.abs(b[i]) + 2e-6));
    }
  }
}
