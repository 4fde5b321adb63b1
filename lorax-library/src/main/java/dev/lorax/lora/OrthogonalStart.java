package dev.lorax.lora;

import dev.lorax.tensor.DType;
import dev.lorax.tensor.Svd;
import dev.lorax.tensor.Tensor;

/**
 * A and B both random, in orthogonal halves of the r dimensions between them, so that their product
 * is zero though neither is: PEFT's {@code orthogonal}. The rank must be even.
 */
public record OrthogonalStart() implements Start {
  private static final double DEVIATION = 0.1;

  @Override
  public Factors factors(Lora op, Beginning beginning) {
    int rank = op.rank();
    if (rank % 2 != 0) {
      throw new IllegalArgumentException(
          "The orthogonal start needs an even rank, not %d".formatted(rank));
    }
    Tensor basis = Svd.orthonormal(normal(beginning.seed("basis"), 1, rank, rank));
    int half = rank / 2;
    Tensor first = basis.narrow(0, 0, half); // [r/2, r]
    Tensor second = basis.narrow(0, half, half);
    Tensor down = normal(beginning.seed("a"), DEVIATION, op.target().in(), half);
    Tensor up = normal(beginning.seed("b"), DEVIATION, op.target().out(), half);
    return new Factors(
        down.matmul(first).transpose(0, 1).contiguous(), up.matmul(second).contiguous());
  }

  private static Tensor normal(long seed, double deviation, long rows, long columns) {
    return Tensor.normal(DType.F32, deviation, seed, rows, columns);
  }

  @Override
  public String toString() {
    return "orthogonal";
  }
}
