package dev.lorax.algebra;

import dev.lorax.lora.Factors;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Svd;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * The singular values of a change, and what they tell.
 *
 * @param values the largest first
 */
public record Spectrum(List<Double> values) {
  /** Of values, the largest first. */
  public Spectrum {
    values = List.copyOf(values);
  }

  /** Of a product {@code scale · B · A}, out of the factors alone. */
  public static Spectrum of(Factors factors, double scale) {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      return of(Svd.ofProduct(factors.b(), factors.a()), scale);
    }
  }

  static Spectrum of(Svd parts, double scale) {
    double[] values = parts.values().toDoubles();
    return new Spectrum(
        Arrays.stream(values).map(value -> Math.abs(scale) * value).boxed().toList());
  }

  private DoubleStream stream() {
    return values.stream().mapToDouble(Double::doubleValue);
  }

  private static double squares(DoubleStream values) {
    return values.map(value -> value * value).sum();
  }

  /** The Euclidean norm of the matrix. */
  public double norm() {
    return Math.sqrt(squares(stream()));
  }

  /**
   * How many values count: e to the entropy of the values as shares of their sum (Roy &amp;
   * Vetterli 2007). All r of equal size give r; 0 for nothing.
   */
  public double effectiveRank() {
    double sum = stream().sum();
    double entropy =
        stream().map(value -> value / sum).filter(p -> p > 0).map(p -> -p * Math.log(p)).sum();
    return sum == 0 ? 0 : Math.exp(entropy);
  }

  /** The squared norm as a multiple of the largest squared value; 0 for nothing. */
  public double stableRank() {
    double largest = values.isEmpty() ? 0 : values.get(0);
    return largest == 0 ? 0 : squares(stream()) / (largest * largest);
  }

  /** The Euclidean norm of what a rank leaves out. */
  public double lost(int rank) {
    return Math.sqrt(squares(stream().skip(rank)));
  }
}
