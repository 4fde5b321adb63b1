package dev.lorax.cli.report;

import dev.lorax.graph.Parameterized;
import dev.lorax.op.Dense;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Precision;
import dev.lorax.tensor.QuantizationError;
import java.util.Comparator;
import java.util.List;

/**
 * What quantising a model's matrices loses, and what it saves.
 *
 * @param matrices those that products use, the one that loses most first
 * @param before bytes of all parameters as they were loaded
 * @param after bytes of all parameters with these matrices quantised
 */
public record QuantizedMatrices(List<Matrix> matrices, long before, long after) {
  /** A matrix by its parameter's full name. */
  public record Matrix(String name, QuantizationError error) {
    private double relative() {
      return error.relative();
    }
  }

  /** Quantises one matrix after the other; none of them is kept. */
  public static QuantizedMatrices of(Parameterized model, Precision precision) {
    try (Gradients off = Gradients.off()) {
      List<Matrix> matrices =
          Dense.matrices(model.graph()).stream()
              .map(name -> matrix(model, name, precision))
              .sorted(Comparator.comparingDouble(Matrix::relative).reversed()) // NaN first
              .toList();
      long saved =
          matrices.stream()
              .mapToLong(matrix -> matrix.error().before() - matrix.error().after())
              .sum();
      long before = model.parameters().bytes();
      return new QuantizedMatrices(matrices, before, before - saved);
    }
  }

  private static Matrix matrix(Parameterized model, String name, Precision precision) {
    return new Matrix(name, QuantizationError.of(model.parameters().get(name), precision));
  }

  /** The mean of the matrices' relative errors, each counted once. */
  public double meanError() {
    return matrices.stream().mapToDouble(Matrix::relative).average().orElse(0);
  }
}
