package dev.lorax.lora;

import dev.lorax.tensor.DType;
import dev.lorax.tensor.Tensor;

/**
 * A normally distributed with deviation 1/r, B zero: PEFT's {@code gaussian}, and the Elixir
 * package's start.
 */
public record GaussianStart() implements Start {
  @Override
  public Factors factors(Lora op, Beginning beginning) {
    Tensor a =
        Tensor.normal(DType.F32, 1.0 / op.rank(), beginning.seed("a"), op.rank(), op.target().in());
    return new Factors(a, Tensor.zeros(DType.F32, op.target().out(), op.rank()));
  }

  @Override
  public String toString() {
    return "gaussian";
  }
}
