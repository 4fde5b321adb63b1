package dev.lorax.checkpoint;

import dev.lorax.tensor.DType;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;

/**
 * What a tensor in a file is, known without touching its data.
 *
 * @param dtype the type of its elements
 * @param shape the lengths of its dimensions
 */
public record TensorInfo(DType dtype, Shape shape) {
  /** What that tensor is. */
  public static TensorInfo of(Tensor tensor) {
    return new TensorInfo(tensor.dtype(), tensor.shape());
  }

  /**
   * The bytes of all elements.
   *
   * @throws ArithmeticException if they do not fit a {@code long}
   */
  public long bytes() {
    return Math.multiplyExact(shape.size(), dtype.bytes());
  }

  /** Type and shape, for example {@code F32[2, 16]}. */
  @Override
  public String toString() {
    return dtype + "" + shape;
  }
}
