package dev.lorax.algebra;

import dev.lorax.tensor.Tensor;
import java.util.List;
import java.util.Locale;

/** How tensors elect one sign for each number (Yadav et al. 2023, section 3.2). */
public enum MajoritySign {
  /** The sign of the numbers' sum. */
  TOTAL {
    @Override
    Tensor vote(Tensor tensor) {
      return tensor;
    }
  },
  /** The sign that more of the numbers have. */
  FREQUENCY {
    @Override
    Tensor vote(Tensor tensor) {
      return tensor.sign();
    }
  };

  abstract Tensor vote(Tensor tensor);

  /** 1 or −1 for each number; 1 where the votes are even. */
  Tensor elect(List<Tensor> tensors) {
    Tensor sum = tensors.stream().map(this::vote).reduce(Tensor::add).orElseThrow();
    return sum.sign().add(0.5).sign();
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
