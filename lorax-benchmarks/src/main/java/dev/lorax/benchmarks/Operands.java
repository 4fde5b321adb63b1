package dev.lorax.benchmarks;

import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;

/** Makes the tensors that a benchmark reads; they live as long as its process. */
final class Operands {
  private Operands() {}

  static Tensor random(DType type, long seed, long... shape) {
    try (Scope scope = new Scope()) {
      return scope.release(Tensor.uniform(DType.F32, -1, 1, seed, shape).to(type).handle());
    }
  }

  /** Whole numbers from 0 up to {@code below}, as int64. */
  static Tensor ids(int count, int below) {
    return Tensor.of(new java.util.Random(1).longs(count, 0, below).toArray(), count);
  }
}
