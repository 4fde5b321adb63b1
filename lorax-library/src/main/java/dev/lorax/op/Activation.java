package dev.lorax.op;

import dev.lorax.graph.Call;
import dev.lorax.graph.Op;
import dev.lorax.tensor.Kernels;
import dev.lorax.tensor.Tensor;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** A function of each number, by the names that config.json uses. */
public enum Activation implements Op {
  /** Exact Gaussian error linear unit (Hendrycks &amp; Gimpel 2016). */
  GELU(Kernels::gelu),
  /** Its tanh approximation, under the name that GPT-2's config gives it. */
  GELU_NEW(Kernels::geluTanh),
  /** The same approximation under its other name. */
  GELU_PYTORCH_TANH(Kernels::geluTanh),
  /** x · sigmoid(x). */
  SILU(Kernels::silu),
  /** max(x, 0). */
  RELU(Kernels::relu);

  private final UnaryOperator<Tensor> function;

  Activation(UnaryOperator<Tensor> function) {
    this.function = function;
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
        "Unknown activation '%s': known are gelu, gelu_new, gelu_pytorch_tanh, silu, relu"
            .formatted(name));
  }

  @Override
  public Tensor apply(Call call) {
    return function.apply(call.input(0));
  }

  @Override
  public String toString() {
    return name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
  }
}
