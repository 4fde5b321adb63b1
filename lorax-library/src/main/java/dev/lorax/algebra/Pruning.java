package dev.lorax.algebra;

import dev.lorax.tensor.Tensor;

/** Which of a tensor's numbers are kept before tensors are combined; the others become 0. */
public enum Pruning {
  /** All. */
  NONE {
    @Override
    Tensor of(Tensor tensor, double density, long seed) {
      return tensor;
    }
  },
  /** The largest, whatever their sign (Yadav et al. 2023, section 3.1). */
  MAGNITUDE {
    @Override
    Tensor of(Tensor tensor, double density, long seed) {
      long size = tensor.shape().size();
      Tensor kept = tensor.abs().positionsOfLargest((long) (density * size));
      Tensor flat = tensor.view(size);
      return Tensor.zeros(tensor.dtype(), size)
          .withRows(kept, flat.rows(kept))
          .view(tensor.shape().toArray());
    }
  },
  /**
   * Some by chance, divided by their share, so that sums stay on average (DARE, Yu et al. 2023).
   */
  RANDOM {
    @Override
    Tensor of(Tensor tensor, double density, long seed) {
      return tensor.mul(tensor.bernoulliLike(density, seed)).mul(1 / density);
    }
  };

  /** The tensor with a share of its numbers kept, above 0 and below 1. */
  abstract Tensor of(Tensor tensor, double density, long seed);
}
