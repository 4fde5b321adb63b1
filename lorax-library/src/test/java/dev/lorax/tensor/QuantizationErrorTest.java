package dev.lorax.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QuantizationErrorTest {
  private final Scope scope = new Scope();

  @AfterEach
  void close() {
    scope.close();
  }

  @Test
  void aRowIsMeasuredByHand() {
    Tensor row = Tensor.of(new float[] {127, 3.25f, -8.5f, 0}, 1, 4); // scale 1: 127, 3, ±8 or 9, 0
    QuantizationError error = QuantizationError.of(row, Precision.INT8);
    assertThat(error.noise()).isEqualTo(0.0625 + 0.25);
    assertThat(error.signal()).isEqualTo(127 * 127 + 3.25 * 3.25 + 8.5 * 8.5);
    assertThat(error.relative()).isEqualTo(Math.sqrt(0.3125 / error.signal()));
    assertThat(error.decibels()).isCloseTo(-20 * Math.log10(error.relative()), within(1e-9));
    assertThat(error.before()).isEqualTo(16);
    assertThat(error.after()).isEqualTo(16 * 4 + 16 * 4); // a block of 16 rows, with their scales
  }

  @Test
  void aMatrixOfManyPartsIsMeasuredWhole() {
    Tensor matrix = Tensor.normal(DType.F32, 0.02, 3, 4500, 512); // 3 parts, the last one short
    QuantizationError error = QuantizationError.of(matrix, Precision.INT4);
    Tensor rounded = Precision.INT4.quantize(matrix).dense(DType.F32);
    double relative = matrix.sub(rounded).norm().item() / matrix.norm().item();
    assertThat(error.relative()).isCloseTo(relative, within(1e-5));
  }

  @Test
  void nothingIsLostWhereTheMatrixStaysOrIsZero() {
    QuantizationError plain =
        QuantizationError.of(Tensor.normal(DType.F32, 1, 1, 16, 102), Precision.INT4);
    assertThat(plain.format()).isEqualTo("f32");
    assertThat(plain.after()).isEqualTo(plain.before());
    assertThat(plain.relative()).isZero();
    assertThat(plain.decibels()).isInfinite();
    QuantizationError zero =
        QuantizationError.of(Tensor.of(new float[1024], 16, 64), Precision.INT8);
    assertThat(zero.relative()).isZero();
  }
}
