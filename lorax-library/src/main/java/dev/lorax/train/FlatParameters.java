package dev.lorax.train;

import dev.lorax.graph.Parameters;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Trained parameters side by side in one float32 buffer, and their gradients in another, so that an
 * optimiser step is a few passes over two vectors, however many parameters there are. Those with
 * one learning rate are neighbours.
 */
final class FlatParameters implements AutoCloseable {
  private final Tensor values;
  private final Tensor gradients;
  private final Map<String, Tensor> leaves;
  private final Map<String, Tensor> slices;
  private final Map<String, Place> places = new LinkedHashMap<>();
  private final List<Group> groups = new ArrayList<>();

  /** Where a parameter lies in a buffer. */
  private record Place(long start, Shape shape) {
    Tensor of(Tensor buffer) {
      return buffer.narrow(0, start, shape.size()).view(shape.toArray());
    }
  }

  /**
   * Neighbours with one learning rate.
   *
   * @param rateFactor on the learning rate of the run
   * @param start of the first number
   * @param size how many numbers
   */
  record Group(double rateFactor, long start, long size) {
    Tensor of(Tensor buffer) {
      return buffer.narrow(0, start, size);
    }

    /** Some of them, from a place in the group on. */
    Group piece(long from, long most) {
      return new Group(rateFactor, start + from, Math.min(most, size - from));
    }
  }

  /**
   * Moves those parameters' values into the buffer; they stay valid, and are trained in place.
   *
   * @param rateFactors on the learning rate, by the parameter's full name
   * @throws IllegalArgumentException if one is not float32, or a factor is not positive
   * @throws IllegalStateException if one is being trained already; no value has been moved
   */
  FlatParameters(Parameters parameters, ToDoubleFunction<String> rateFactors) {
    leaves = parameters.asMap();
    leaves.forEach(FlatParameters::requireTrainable);
    arrange(rateFactors);
    try (Scope scope = new Scope()) {
      values = scope.release(Tensor.zeros(DType.F32, parameters.count()));
      gradients = scope.release(Tensor.zeros(DType.F32, parameters.count()));
      parts(values).forEach((name, memory) -> train(leaves.get(name), scope.adopt(memory)));
    }
    slices = parts(gradients);
  }

  /** Gives every parameter its place: those with one factor together, in the order of names. */
  private void arrange(ToDoubleFunction<String> rateFactors) {
    Map<Double, List<String>> equal = new LinkedHashMap<>();
    for (String name : leaves.keySet()) {
      double factor = requireFactor(name, rateFactors.applyAsDouble(name));
      equal.computeIfAbsent(factor, first -> new ArrayList<>()).add(name);
    }
    long start = 0;
    for (Map.Entry<Double, List<String>> group : equal.entrySet()) {
      long first = start;
      for (String name : group.getValue()) {
        Shape shape = leaves.get(name).shape();
        places.put(name, new Place(start, shape));
        start += shape.size();
      }
      groups.add(new Group(group.getKey(), first, start - first));
    }
  }

  private static void train(Tensor leaf, Tensor memory) {
    leaf.moveInto(memory);
    leaf.requireGradient();
  }

  /** All values, [count]. */
  Tensor values() {
    return values;
  }

  /** All gradients, [count]. */
  Tensor gradients() {
    return gradients;
  }

  /** Which parts of the buffers have which learning rate. */
  List<Group> groups() {
    return groups;
  }

  /** Each parameter's part of a buffer like {@link #values}, in its shape; the caller closes it. */
  Map<String, Tensor> parts(Tensor buffer) {
    Map<String, Tensor> parts = new LinkedHashMap<>();
    try (Scope scope = new Scope()) {
      places.forEach((name, place) -> parts.put(name, scope.release(place.of(buffer))));
    }
    return parts;
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

  private static double requireFactor(String name, double factor) {
    if (!(factor > 0) || Double.isInfinite(factor)) {
      throw new IllegalArgumentException(
          "The factor on the learning rate of %s must be positive and finite, not %s"
              .formatted(name, factor));
    }
    return factor;
  }

  @Override
  public void close() {
    leaves.values().forEach(Tensor::forgetGradient);
    slices.values().forEach(Tensor::close);
    gradients.close();
    values.close();
  }
}
