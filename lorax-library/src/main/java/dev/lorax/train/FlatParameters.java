package dev.lorax.train;

import dev.lorax.graph.Parameters;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Trained parameters side by side in one float32 buffer, and their gradients in another, so that an
 * optimiser step is a few passes over two vectors, however many parameters there are.
 */
final class FlatParameters implements AutoCloseable {
  private final Tensor values;
  private final Tensor gradients;
  private final List<Tensor> leaves = new ArrayList<>();
  private final List<Tensor> slices = new ArrayList<>();
  private boolean attached;

  /** Moves those parameters' values into the buffer; they stay valid, and are trained in place. */
  FlatParameters(Parameters parameters) {
    try (Scope scope = new Scope()) {
      values = scope.release(Tensor.zeros(DType.F32, parameters.count()));
      gradients = scope.release(Tensor.zeros(DType.F32, parameters.count()));
      long start = 0;
      for (String name : parameters.names()) {
        Tensor leaf = parameters.get(name);
        requireFloat32(name, leaf);
        long size = leaf.shape().size();
        leaf.moveInto(values.narrow(0, start, size).view(leaf.shape().toArray()));
        leaf.requireGradient();
        leaves.add(leaf);
        Tensor slice = gradients.narrow(0, start, size).view(leaf.shape().toArray());
        slices.add(scope.release(slice));
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

  /**
   * Collects the gradients of the backward pass just done.
   *
   * @throws TrainingException after the first pass if a parameter got none: it is cut off from the
   *     loss
   */
  void collect() {
    if (attached) {
      return; // they add up in the buffer by themselves
    }
    for (int i = 0; i < leaves.size(); i++) {
      Tensor gradient = leaves.get(i).gradient();
      if (gradient == null) {
        throw new TrainingException(
            "A trained parameter %s has no influence on the loss, so it cannot learn"
                .formatted(leaves.get(i).shape()));
      }
      slices.get(i).copyInPlace(gradient);
      leaves.get(i).gradientInto(slices.get(i));
    }
    attached = true;
  }

  private static void requireFloat32(String name, Tensor leaf) {
    if (leaf.dtype() != DType.F32) {
      throw new IllegalArgumentException(
          "Trained parameters are float32, but %s is %s".formatted(name, leaf.dtype()));
    }
  }

  @Override
  public void close() {
    leaves.forEach(Tensor::forgetGradient);
    slices.forEach(Tensor::close);
    gradients.close();
    values.close();
  }
}
