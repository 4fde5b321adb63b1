package dev.lorax.lora;

import dev.lorax.tensor.DType;
import dev.lorax.tensor.Tensor;

/**
 * A evenly distributed in ±1/√in (Kaiming-uniform with a = √5, He et al. 2015), B zero; for tables,
 * A zero and B normally distributed. PEFT's default, where it is {@code true}.
 */
record KaimingStart() implements Start {
  @Override
  public Factors factors(Lora op, Beginning beginning) {
    if (op.isLookup()) {
      Tensor b = Tensor.normal(DType.F32, 1, beginning.seed("b"), op.target().out(), op.rank());
      return new Factors(Tensor.zeros(DType.F32, op.rank(), op.target().in()), b);
    }
    double bound = 1 / Math.sqrt(op.target().in());
    Tensor a =
        Tensor.uniform(DType.F32, -bound, bound, beginning.seed("a"), op.rank(), op.target().in());
    return new Factors(a, Tensor.zeros(DType.F32, op.target().out(), op.rank()));
  }

  @Override
  public String toString() {
    return "default";
  }
}
