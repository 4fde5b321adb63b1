package dev.lorax.graph;

import dev.lorax.tensor.DType;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;

/** How a parameter's first value is made. The same seed gives the same value. */
public sealed interface Initializer {
  /** A float32 value of that shape. */
  Tensor create(Shape shape, long seed);

  /** One number everywhere. */
  record Constant(double value) implements Initializer {
    @Override
    public Tensor create(Shape shape, long seed) {
      return Tensor.zeros(DType.F32, shape.toArray()).addInPlace(value);
    }
  }

  /** Normally distributed around 0. */
  record Normal(double deviation) implements Initializer {
    @Override
    public Tensor create(Shape shape, long seed) {
      return Tensor.normal(DType.F32, deviation, seed, shape.toArray());
    }
  }

  /**
   * Evenly distributed in ±1/√width of the last dimension: Kaiming-uniform with a = √5 (He et al.
   * 2015), PyTorch's default for linear layers and PEFT's for A.
   */
  record KaimingUniform() implements Initializer {
    @Override
    public Tensor create(Shape shape, long seed) {
      double bound = 1 / Math.sqrt(shape.get(-1));
      return Tensor.uniform(DType.F32, -bound, bound, seed, shape.toArray());
    }
  }
}
