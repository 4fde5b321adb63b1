package dev.lorax.op;

import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Compares the gradients of a function with the slopes of its values, in float64. */
final class FiniteDifferences {
  private static final double STEP = 1e-5;

  private FiniteDifferences() {}

  /**
   * The largest difference of gradient and slope, over every number of every leaf.
   *
   * @param function of leaves, any shape; its numbers are weighted and added up
   * @param shapes of the leaves, which are random
   */
  static double largest(Function<List<Tensor>, Tensor> function, long[]... shapes) {
    List<double[]> values = new ArrayList<>();
    try (Scope scope = new Scope()) {
      for (int i = 0; i < shapes.length; i++) {
        values.add(Tensor.normal(DType.F64, 1, 11 + i, shapes[i]).toDoubles());
      }
    }
    List<double[]> gradients = gradients(function, values, shapes);
    double largest = 0;
    for (int leaf = 0; leaf < shapes.length; leaf++) {
      for (int i = 0; i < values.get(leaf).length; i++) {
        double slope = slope(function, values, shapes, leaf, i);
        largest = Math.max(largest, Math.abs(slope - gradients.get(leaf)[i]));
      }
    }
    return largest;
  }

  private static double slope(
      Function<List<Tensor>, Tensor> function,
      List<double[]> values,
      long[][] shapes,
      int leaf,
      int place) {
    double[] moved = values.get(leaf);
    double here = moved[place];
    moved[place] = here + STEP;
    double above = value(function, values, shapes);
    moved[place] = here - STEP;
    double below = value(function, values, shapes);
    moved[place] = here;
    return (above - below) / (2 * STEP);
  }

  private static double value(
      Function<List<Tensor>, Tensor> function, List<double[]> values, long[][] shapes) {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      return weighted(function.apply(leaves(values, shapes))).item();
    }
  }

  private static List<double[]> gradients(
      Function<List<Tensor>, Tensor> function, List<double[]> values, long[][] shapes) {
    try (Scope scope = new Scope();
        Gradients on = Gradients.on()) {
      List<Tensor> leaves = leaves(values, shapes);
      leaves.forEach(Tensor::requireGradient);
      weighted(function.apply(leaves)).backward();
      return leaves.stream().map(leaf -> leaf.gradient().toDoubles()).toList();
    }
  }

  private static List<Tensor> leaves(List<double[]> values, long[][] shapes) {
    List<Tensor> leaves = new ArrayList<>();
    for (int i = 0; i < shapes.length; i++) {
      leaves.add(Tensor.of(values.get(i), shapes[i]));
    }
    return leaves;
  }

  /** A sum in which every number counts differently. */
  private static Tensor weighted(Tensor result) {
    if (result.dtype() != DType.F64) {
      throw new AssertionError("computed in " + result.dtype());
    }
    return result.mul(Tensor.normal(DType.F64, 1, 5, result.shape().toArray())).sum();
  }
}
