package dev.lorax.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantizedWeightTest {
  private final Scope scope = new Scope();
  private final Tensor matrix = Tensor.normal(DType.F32, 0.02, 3, 160, 192);

  @AfterEach
  void close() {
    scope.close();
  }

  @Test
  void theseTestsRunTheVectorKernels() {
    assertThat(VectorUnit.description()).isEqualTo("vector kernels: on");
  }

  @ParameterizedTest
  @CsvSource({"INT8, 0.01", "INT4, 0.09"})
  void theValuesAreCloseToThoseOfTheMatrix(Precision precision, double bound) {
    Weight weight = precision.quantize(matrix);
    assertThat(weight.format()).isEqualTo(precision.toString());
    assertThat(error(weight.dense(DType.F32), matrix)).isBetween(bound / 3, bound);
  }

  @ParameterizedTest
  @CsvSource({"INT8, 1, 1e-5", "INT8, 8, 1e-5", "INT4, 1, 0.004", "INT4, 8, 0.004"})
  void aProductWithFewTokensIsThatOfTheExpandedMatrix(
      Precision precision, int tokens, double tolerance) {
    Weight weight = precision.quantize(matrix);
    Tensor x = Tensor.normal(DType.F32, 1, 4, tokens, 192);
    Tensor bias = Tensor.normal(DType.F32, 1, 5, 160);
    Tensor exact = weight.dense(DType.F32).multiply(x, bias);
    assertThat(error(weight.multiply(x, bias), exact)).isLessThan(tolerance);
  }

  @ParameterizedTest
  @CsvSource({"INT8", "INT4"})
  void aProductWithManyTokensIsExactlyThatOfTheExpandedMatrix(Precision precision) {
    Weight weight = precision.quantize(matrix);
    Tensor x = Tensor.normal(DType.F32, 1, 4, 9, 192);
    Tensor exact = weight.dense(DType.F32).multiply(x, null);
    assertThat(weight.multiply(x, null).toFloats()).isEqualTo(exact.toFloats());
  }

  @ParameterizedTest
  @CsvSource({"INT8", "INT4"})
  void aLookupGivesTheRowsOfTheExpandedMatrix(Precision precision) {
    Weight weight = precision.quantize(matrix);
    Tensor ids = Tensor.of(new long[] {159, 0, 17}, 3);
    assertThat(weight.lookup(ids).toFloats())
        .isEqualTo(weight.dense(DType.F32).lookup(ids).toFloats());
  }

  @Test
  void theLargestSumsThatCanBeDoNotOverflow() {
    float[] values = new float[16 * 64];
    float[] x = new float[64];
    for (int i = 0; i < values.length; i++) {
      values[i] = -8;
      x[i % 64] = i % 2 == 0 ? 255 : -255;
    }
    x[63] = 255;
    Weight weight = Precision.INT4.quantize(Tensor.of(values, 16, 64));
    float product = weight.multiply(Tensor.of(x, 1, 64), null).toFloats()[0];
    assertThat((double) product).isCloseTo(-8 * 2 * 255, within(1e-3));
  }

  @Test
  void fourBitsTakeLessThanASeventhOfFloats() {
    Weight weight = Precision.INT4.quantize(matrix);
    assertThat(weight.byteCount()).isEqualTo(160 * 192 * 9 / 16);
  }

  @Test
  void rowsThatFitNoGroupStayPlain() {
    Tensor odd = Tensor.normal(DType.F32, 1, 1, 16, 100);
    assertThat(Precision.INT4.quantize(odd)).isInstanceOf(Tensor.class);
    assertThat(Precision.INT4.quantize(Tensor.normal(DType.F32, 1, 1, 10, 64)).format())
        .isEqualTo("int8");
  }

  @Test
  void aPartThatFailsIsToldAndTheNextProductRuns() {
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(
              () ->
                  Workers.shared()
                      .run(
                          100,
                          1,
                          (from, to) -> {
                            throw new IllegalArgumentException("part " + from);
                          }))
          .isInstanceOf(RuntimeException.class);
    }
    theValuesAreCloseToThoseOfTheMatrix(Precision.INT8, 0.01);
  }

  @Test
  void gradientsAreRefused() {
    Weight weight = Precision.INT8.quantize(matrix);
    Tensor x = Tensor.normal(DType.F32, 1, 4, 9, 192).requireGradient();
    assertThatThrownBy(() -> weight.multiply(x, null))
        .hasMessage("int8 weights serve inference alone: train on a base loaded as f32 or bf16");
  }

  private static double error(Tensor value, Tensor exact) {
    return value.sub(exact).norm().item() / exact.norm().item();
  }
}
