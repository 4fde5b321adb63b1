package dev.lorax.op;

import dev.lorax.graph.Bound;
import dev.lorax.graph.Call;
import dev.lorax.graph.Differentiable;
import dev.lorax.graph.Recording;
import dev.lorax.graph.Stepwise;
import dev.lorax.tensor.Derivatives;
import dev.lorax.tensor.Derivatives.Sloped;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Kernels;
import dev.lorax.tensor.Rows;
import dev.lorax.tensor.StepKernels;
import dev.lorax.tensor.Tensor;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/** A function of each number, by the names that config.json uses. */
public enum Activation implements Differentiable, Stepwise {
  /** Exact Gaussian error linear unit (Hendrycks &amp; Gimpel 2016). */
  GELU(Kernels::gelu, Derivatives::gelu, StepKernels::gelu),
  /** Its tanh approximation, under the name that GPT-2's config gives it. */
  GELU_NEW(Kernels::geluTanh, Derivatives::geluTanh, StepKernels::geluTanh),
  /** The same approximation under its other name. */
  GELU_PYTORCH_TANH(Kernels::geluTanh, Derivatives::geluTanh, StepKernels::geluTanh),
  /** x · sigmoid(x). */
  SILU(Kernels::silu, Derivatives::silu, StepKernels::silu),
  /** max(x, 0). */
  RELU(Kernels::relu, Derivatives::relu, StepKernels::relu),
  /** The hyperbolic tangent. */
  TANH(Kernels::tanh, Derivatives::tanh, StepKernels::tanh);

  private final UnaryOperator<Tensor> function;
  private final BinaryOperator<Tensor> derivative; // from the gradient and x

  private final BiConsumer<Rows, Rows> rows; // from x to the value

  Activation(
      UnaryOperator<Tensor> function,
      BinaryOperator<Tensor> derivative,
      BiConsumer<Rows, Rows> rows) {
    this.function = function;
    this.derivative = derivative;
    this.rows = rows;
  }

  /**
   * The activation that a config.json names.
   *
   * @throws IllegalArgumentException if it is unknown; the message lists the known ones
   */
  public static Activation named(String name) {
    for (Activation activation : values()) {
      if (activation.name().equalsIgnoreCase(name)) {
        return activation;
      }
    }
    throw new IllegalArgumentException(
        "Unknown activation '%s': known are gelu, gelu_new, gelu_pytorch_tanh, silu, relu, tanh"
            .formatted(name));
  }

  @Override
  public Tensor apply(Call call) {
    Tensor x = call.input(0);
    return sloped(x).map(Sloped::value).orElseGet(() -> function.apply(x));
  }

  @Override
  public Recorded record(Recording call) {
    Optional<Sloped> both = sloped(call.input(0));
    if (both.isPresent()) { // x itself is then of no more use
      Tensor slope = call.keep(both.get().slope());
      return new Recorded(both.get().value(), gradient -> new Tensor[] {gradient.mul(slope)});
    }
    Tensor x = call.keep(call.input(0));
    return new Recorded(
        function.apply(x),
        gradient -> new Tensor[] {derivative.apply(gradient, x)},
        () -> function.apply(x));
  }

  /** The value that both ways of asking give, bit by bit; empty: the engine's. */
  private Optional<Sloped> sloped(Tensor x) {
    boolean known = this == GELU_NEW || this == GELU_PYTORCH_TANH;
    return known && !Gradients.areOn() ? Derivatives.slopedGeluTanh(x) : Optional.empty();
  }

  @Override
  public Step step(Bound parameters) {
    return call -> rows.accept(call.input(0), call.outputLike(call.input(0)));
  }

  @Override
  public String toString() {
    return name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
  }
}
