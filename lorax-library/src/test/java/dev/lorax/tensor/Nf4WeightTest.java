package dev.lorax.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorax.checkpoint.Safetensors;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against what bitsandbytes itself made: see docs/interop/bitsandbytes_cases.py. */
class Nf4WeightTest {
  private static final Shape SHAPE = Shape.of(96, 192);

  private final Scope scope = new Scope();

  @AfterEach
  void close() {
    scope.close();
  }

  @Test
  void theDataTypesAreThoseOfBitsandbytes() {
    assertThat(NormalFloat.CODES).isEqualTo(read("f32", "doubled.weight.quant_map").toFloats());
    assertThat(NormalFloat.dynamic())
        .isEqualTo(read("f32", "doubled.weight.nested_quant_map").toFloats());
  }

  @ParameterizedTest
  @CsvSource({"f32, F32", "bf16, BF16"})
  void aMatrixIsQuantisedAsBitsandbytesDoes(String file, DType type) {
    Weight weight = Precision.NF4.quantize(read(file, "matrix"));
    assertThat(weight.dense(type).toFloats()).isEqualTo(read(file, "doubled.values").toFloats());
    weight.close();
  }

  @ParameterizedTest
  @CsvSource({"f32, F32", "bf16, BF16"})
  void scalesThatWereNotQuantisedAreReadToo(String file, DType type) {
    float[] scales = read(file, "exact.weight.absmax").toFloats();
    Tensor packed = read(file, "exact.weight").view(-1).handle();
    Weight weight = Nf4Weight.of(SHAPE, type, packed, new BlockScales.Exact(128, scales));
    assertThat(weight.dense(type).toFloats()).isEqualTo(read(file, "exact.values").toFloats());
  }

  @Test
  void aScaleOfManyBlocksIsFoundWhereverRowsBegin() {
    float[] exact = {1, 2, 3};
    float[] runs = new float[3];
    new BlockScales.Exact(128, exact).read(192, runs, 3);
    assertThat(runs).containsExactly(2, 3, 3);
  }

  @Test
  void theMatrixTakesLessThanThreeTenthsOfBfloat16() {
    try (Tensor matrix = Tensor.normal(DType.BF16, 1, 1, 512, 512);
        Weight weight = Precision.NF4.quantize(matrix)) {
      assertThat((double) weight.byteCount() / matrix.byteCount()).isBetween(0.25, 0.26);
    }
  }

  @Test
  void bytesThatAreNotHalfTheNumbersAreRefused() {
    Tensor packed = Tensor.zeros(DType.U8, 100);
    assertThatThrownBy(
            () -> Nf4Weight.of(SHAPE, DType.F32, packed, new BlockScales.Exact(64, new float[0])))
        .hasMessageContaining("100 bytes are no [96, 192] of 4 bits");
  }

  private Tensor read(String type, String name) {
    Path file = Path.of("src/test/resources/bitsandbytes/nf4-%s.safetensors".formatted(type));
    try (Safetensors tensors = Safetensors.open(file)) {
      return scope.adopt(tensors.get(name));
    }
  }
}
