package dev.lorax.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

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
  @CsvSource({"INT8, 0.01", "INT4, 0.09", "NF4, 0.1"})
  void theValuesAreCloseToThoseOfTheMatrix(Precision precision, double bound) {
    Weight weight = precision.quantize(matrix);
    assertThat(weight.format()).isEqualTo(precision.toString());
    assertThat(error(weight.dense(DType.F32), matrix)).isBetween(bound / 3, bound);
  }

  @ParameterizedTest
  @CsvSource({
    "INT8, 1, 1e-5",
    "INT8, 3, 1e-5",
    "INT8, 8, 1e-5",
    "INT8, 21, 1e-5",
    "INT4, 1, 0.004",
    "INT4, 6, 0.004",
    "INT4, 8, 0.004",
    "INT4, 21, 0.004",
    "NF4, 1, 1e-5",
    "NF4, 21, 1e-5"
  })
  void aProductWithFewTokensIsThatOfTheExpandedMatrix(
      Precision precision, int tokens, double tolerance) {
    for (int out : new int[] {160, 149}) { // the last block is full, or not
      Weight weight = precision.quantize(matrix.narrow(0, 0, out));
      Tensor x = Tensor.normal(DType.F32, 1, 4, tokens, 192);
      Tensor bias = Tensor.normal(DType.F32, 1, 5, out);
      Tensor exact = weight.dense(DType.F32).multiply(x, bias);
      assertThat(error(weight.multiply(x, bias), exact)).isLessThan(tolerance);
    }
  }

  @ParameterizedTest
  @CsvSource({"F32, 1e-6", "BF16, 0.004"})
  void aProductWithManyTokensIsThatOfTheExpandedMatrix(DType type, double tolerance) {
    Tensor large = Tensor.normal(DType.F32, 0.02, 3, 1003, 512); // several parts
    Tensor x = Tensor.normal(DType.F32, 1, 4, 97, 512).to(type);
    Tensor bias = Tensor.normal(DType.F32, 1, 5, 1003).to(type);
    for (Precision precision : Precision.values()) {
      Weight weight = precision.quantize(large);
      Tensor exact = weight.dense(DType.F32).multiply(x.to(DType.F32), bias.to(DType.F32));
      assertThat(error(weight.multiply(x, bias).to(DType.F32), exact)).isLessThan(tolerance);
    }
  }

  @ParameterizedTest
  @CsvSource({"F32, 1e-6", "BF16, 0.004", "F64, 1e-6"})
  void theWayBackIsThatOfTheExpandedMatrix(DType type, double tolerance) {
    Tensor large = Tensor.normal(DType.F32, 0.02, 3, 2003, 1088); // several parts, the last shorter
    Tensor gradient = Tensor.normal(DType.F32, 1, 4, 9, 2003).to(type);
    for (Precision precision : Precision.values()) {
      Weight weight = precision.quantize(large);
      Tensor exact = gradient.to(DType.F32).matmul(weight.dense(DType.F32));
      assertThat(error(weight.back(gradient).to(DType.F32), exact)).isLessThan(tolerance);
    }
  }

  @ParameterizedTest
  @EnumSource
  void valuesInBfloat16AreRoundedOnce(Precision precision) {
    Weight weight = precision.quantize(matrix.narrow(0, 0, 149));
    assertThat(weight.dense(DType.BF16).toFloats())
        .isEqualTo(weight.dense(DType.F32).to(DType.BF16).toFloats());
  }

  @ParameterizedTest
  @EnumSource
  void valuesWithoutVectorsAreTheSame(Precision precision) {
    Quantized weight = (Quantized) precision.quantize(matrix);
    Region part = new Region(16, 64, 64, 128);
    for (DType type : new DType[] {DType.F32, DType.BF16}) {
      assertThat(written(weight, new ScalarProducts(), part, type))
          .isEqualTo(written(weight, VectorUnit.products(), part, type));
    }
  }

  private static float[] written(Quantized weight, Products products, Region part, DType type) {
    Tensor memory =
        weight.isByColumn()
            ? Tensor.zeros(type, part.columns(), part.rows())
            : Tensor.zeros(type, part.rows(), part.columns());
    Plain target = new Plain(Span.of(memory), type, part, (int) memory.size(1));
    weight.write(products, part, target);
    return memory.toFloats();
  }

  @ParameterizedTest
  @CsvSource({"1", "8"})
  void productsWithoutVectorsAreTheSame(int tokens) {
    Tensor x = Tensor.normal(DType.F32, 1, 4, tokens, 192);
    Products plain = new ScalarProducts();
    Int8Weight bytes = Int8Weight.of(matrix);
    Int4Weight nibbles = Int4Weight.of(matrix);
    assertThat(error(bytes.multiplyFew(plain, x), bytes.multiply(x, null))).isLessThan(1e-6);
    assertThat(error(nibbles.multiplyFew(plain, x), nibbles.multiply(x, null))).isLessThan(1e-6);
  }

  @ParameterizedTest
  @EnumSource
  void theExpandedMatrixHasTheRowsOfTheWeight(Precision precision) {
    Quantized weight = (Quantized) precision.quantize(matrix.narrow(0, 0, 149));
    float[] rows = new float[149 * 192];
    for (int row = 0; row < 149; row++) {
      weight.row(row, rows, row * 192);
    }
    assertThat(weight.dense(DType.F32).toFloats()).isEqualTo(rows);
  }

  @ParameterizedTest
  @EnumSource
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
    Tensor odd = Tensor.normal(DType.F32, 1, 1, 16, 102);
    assertThat(Precision.INT4.quantize(odd)).isInstanceOf(Tensor.class);
    assertThat(Precision.INT4.quantize(Tensor.normal(DType.F32, 1, 1, 16, 100)).format())
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
  void recordingByTheEngineIsRefused() {
    Weight weight = Precision.INT8.quantize(matrix);
    Tensor x = Tensor.normal(DType.F32, 1, 4, 9, 192).requireGradient();
    assertThatThrownBy(() -> weight.multiply(x, null))
        .hasMessage("The engine records nothing over int8 weights: go back with Weight.back");
  }

  private static double error(Tensor value, Tensor exact) {
    return value.sub(exact).norm().item() / exact.norm().item();
  }
}
