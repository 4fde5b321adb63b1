package dev.lorax.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;

/** Reading a tensor leaves nothing behind, also where no scope is open. */
class TensorReadingTest {
  @Test
  void convertedCopiesDoNotWaitForTheGarbageCollector() {
    try (Tensor tensor = half()) {
      long before = Pointer.totalCount();
      for (int i = 0; i < 10; i++) {
        assertThat(tensor.toFloats()).containsExactly(1, 2, 3, 4);
        assertThat(tensor.toDoubles()).containsExactly(1, 2, 3, 4);
        assertThat(tensor.toLongs()).containsExactly(1, 2, 3, 4);
      }
      assertThat(Pointer.totalCount()).isEqualTo(before);
    }
  }

  private static Tensor half() {
    try (Scope scope = new Scope()) {
      return scope.release(Tensor.of(new float[] {1, 2, 3, 4}, 2, 2).to(DType.BF16));
    }
  }
}
