package dev.lorax.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BufferPoolTest {
  private static final long MANY = 1 << 18; // float32: a megabyte

  private final BufferPool pool = new BufferPool();
  private Gradients off;
  private Scope scope;

  @BeforeEach
  void openScope() {
    assumeThat(Pages.areThere()).isTrue();
    off = Gradients.off();
    scope = new Scope();
  }

  @AfterEach
  void closeAll() {
    if (scope != null) {
      scope.close();
      off.close();
    }
    pool.close();
  }

  private static long address(Tensor tensor) {
    return tensor.pointer().data_ptr().address();
  }

  private static Tensor large() {
    return Tensor.empty(DType.F32, MANY);
  }

  @Test
  void theMemoryOfAClosedValueIsLentAgain() {
    try (BufferPool.Opening open = pool.open()) {
      Tensor first = large();
      long address = address(first);
      Tensor second = large();
      first.close();
      assertThat(address(large())).isEqualTo(address).isNotEqualTo(address(second));
    }
  }

  @Test
  void aViewKeepsMemoryFromBeingLentAgain() {
    try (BufferPool.Opening open = pool.open()) {
      Tensor value = large();
      Tensor view = value.narrow(0, MANY - 1, 1);
      long address = address(value);
      value.close();
      assertThat(address(large())).isNotEqualTo(address);
      view.close();
      assertThat(address(large())).isEqualTo(address);
    }
  }

  @Test
  void sizesAreRoundedUpToPowersOfTwo() {
    try (BufferPool.Opening open = pool.open()) {
      Tensor value = Tensor.empty(DType.F32, MANY + 1);
      long address = address(value);
      value.close();
      assertThat(address(large())).isNotEqualTo(address);
      assertThat(address(Tensor.empty(DType.BF16, 4 * MANY))).isEqualTo(address);
    }
  }

  @Test
  void resultsOfTheEngineAreWrittenThere() {
    try (BufferPool.Opening open = pool.open()) {
      Tensor x = large().zeroInPlace().addInPlace(3.0).view(512, 512);
      Tensor row = Tensor.of(new float[512], 512).addInPlace(2.0);
      Tensor spare = large();
      long address = address(spare);
      spare.close();
      Tensor product = x.mul(row);
      assertThat(address(product)).isEqualTo(address);
      assertThat(product.toFloats()).containsOnly(6);
      assertThat(row.mul(x).toFloats()).as("broadcast the other way").containsOnly(6);
      assertThat(x.matmul(x).toFloats()).containsOnly(3 * 3 * 512);
      assertThat(x.to(DType.F64).toFloats()).containsOnly(3);
    }
  }

  static Stream<Arguments> functions() {
    Tensor weight = Tensor.normal(DType.BF16, 1, 2, 512);
    return Stream.of(
        arguments("gelu", map(Kernels::gelu)),
        arguments("geluTanh", map(Kernels::geluTanh)),
        arguments("silu", map(Kernels::silu)),
        arguments("relu", map(Kernels::relu)),
        arguments("tanh", map(Kernels::tanh)),
        arguments("rmsNorm", map(x -> Kernels.rmsNorm(x, weight, 1e-5))),
        arguments("back through gelu", back(Derivatives::gelu)),
        arguments("back through geluTanh", back(Derivatives::geluTanh)),
        arguments("back through silu", back(Derivatives::silu)),
        arguments("back through relu", back(Derivatives::relu)),
        arguments("back through tanh", back(Derivatives::tanh)),
        arguments("back through softCap", back((g, x) -> Derivatives.softCap(g, x, 2))),
        arguments(
            "back through rmsNorm",
            back((g, x) -> Derivatives.rmsNorm(g, x, weight, Kernels.inverseRms(x, 1e-5)))));
  }

  private static BinaryOperator<Tensor> map(UnaryOperator<Tensor> function) {
    return (gradient, x) -> function.apply(x);
  }

  private static BinaryOperator<Tensor> back(BinaryOperator<Tensor> function) {
    return function;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("functions")
  void functionsGiveThereWhatTheyGiveElsewhere(String name, BinaryOperator<Tensor> function) {
    Tensor gradient = Tensor.normal(DType.BF16, 1, 3, 1024, 512);
    Tensor x = Tensor.normal(DType.BF16, 1, 1, 1024, 512);
    float[] elsewhere = function.apply(gradient, x).toFloats();
    try (BufferPool.Opening open = pool.open()) {
      large().close();
      Tensor there = function.apply(gradient, x);
      assertThat(pool.idle()).isZero();
      assertThat(Pages.holds(address(there))).isTrue();
      assertThat(there.toFloats()).isEqualTo(elsewhere);
    }
  }

  @Test
  void whatIsRecordedIsLeftToTheEngine() {
    try (BufferPool.Opening open = pool.open();
        Gradients on = Gradients.on()) {
      Tensor x = Tensor.of(new float[(int) MANY], MANY).requireGradient();
      x.mul(x.detach().add(1)).sum().backward();
      assertThat(x.gradient().toFloats()).containsOnly(1);
    }
  }

  @Test
  void nothingIsLentWhileItIsClosed() {
    try (BufferPool.Opening open = pool.open()) {
      assertThat(BufferPool.lend(DType.F32, MANY)).isNotNull();
    }
    assertThat(BufferPool.lend(DType.F32, MANY)).isNull();
  }

  @Test
  void smallValuesAreLeftToTheEngine() {
    try (BufferPool.Opening open = pool.open()) {
      assertThat(BufferPool.lend(DType.F32, MANY - 1)).isNull();
      assertThat(BufferPool.lend(DType.F32, MANY)).isNotNull();
    }
  }

  @Test
  void aValueOutlivesItsPool() {
    Tensor value;
    try (BufferPool.Opening open = pool.open()) {
      value = large().zeroInPlace().addInPlace(7);
    }
    pool.close();
    assertThat(value.toFloats()).containsOnly(7);
  }

  @Test
  void anotherThreadMayCloseWhatWasLent() throws InterruptedException {
    try (BufferPool.Opening open = pool.open()) {
      Tensor value = scope.release(large());
      Thread other = new Thread(value::close);
      other.start();
      other.join();
      assertThat(pool.idle()).isEqualTo(1);
    }
  }

  @Test
  void onlyAsManyBuffersAreKeptAsTheLastOpeningNeeded() {
    try (BufferPool.Opening open = pool.open();
        Scope step = new Scope()) {
      for (int i = 0; i < 4; i++) {
        large();
      }
    }
    assertThat(pool.idle()).isEqualTo(4);
    try (BufferPool.Opening open = pool.open();
        Scope step = new Scope()) {
      large();
    }
    assertThat(pool.idle()).isEqualTo(1);
  }
}
