package dev.lorax.train;

import dev.lorax.graph.Parameters;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Trained parameters side by side in one float32 buffer, and their gradients in another, so that an
 * optimiser step is a few passes over two vectors, however many parameters there are.
 */
final class FlatParameters implements AutoCloseable {
  private final Tensor values;
  private final Tensor gradients;
  private final Map<String, Tensor> leaves;
  private final Map<String, Tensor> slices = new LinkedHashMap<>();

  /**
   * Moves those parameters' values into the buffer; they stay valid, and are trained in place.
   *
   * @throws IllegalArgumentException if one is not float32
   * @throws IllegalStateException if one is being trained already; no value has been moved
   */
  FlatParameters(Parameters parameters) {
    leaves = parameters.asMap();
    leaves.forEach(FlatParameters::requireTrainable);
    try (Scope scope = new Scope()) {
      values = scope.release(Tensor.zeros(DType.F32, parameters.count()));
      gradients = scope.release(Tensor.zeros(DType.F32, parameters.count()));
      long start = 0;
      for (String name : parameters.names()) {
        Tensor leaf = parameters.get(name);
        long size = leaf.shape().size();
        leaf.moveInto(values.narrow(0, start, size).view(leaf.shape().toArray()));
        leaf.requireGradient();
        Tensor slice = gradients.narrow(0, start, size).view(leaf.shape().toArray());
        slices.put(name, scope.release(slice));
        start += size;
      }
    }
  }

  /** All values, [count]. */
  Tensor values() {
    return values;
  }

  /** All gradients, [count]. */
  Tensor gradients() {
    return gradients;
  }

  /** Forgets the gradients collected so far. */
  void clear() {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      gradients.zeroInPlace();
    }
  }

  /** The gradient of each parameter, by name and in its shape: a part of {@link #gradients}. */
  Map<String, Tensor> slices() {
    return slices;
  }

  private static void requireTrainable(String name, Tensor leaf) {
    if (leaf.dtype() != DType.F32) {
      throw new IllegalArgumentException(
          "Trained parameters are float32, but %s is %s".formatted(name, leaf.dtype()));
    }
    if (leaf.requiresGradient()) {
      throw new IllegalStateException(
          "%s is being trained already: close that trainer first".formatted(name));
    }
  }

  @Override
  public void close() {
    leaves.values().forEach(Tensor::forgetGradient);
    slices.values().forEach(Tensor::close);
    gradients.close();
    values.close();
  }
}
