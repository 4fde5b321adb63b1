package dev.lorax.lora;

import dev.lorax.graph.Call;
import dev.lorax.tensor.Tensor;
import java.util.OptionalLong;

/**
 * Zeros among the numbers of an adapter's input in training, the others scaled up (Srivastava et
 * al. 2014).
 *
 * @param probability of a zero
 * @param seed of its own; empty: that of the run
 */
public record Dropout(double probability, OptionalLong seed) {
  /** No zeros. */
  public static final Dropout NONE = new Dropout(0, OptionalLong.empty());

  /** Checks the probability. */
  public Dropout {
    if (!(probability >= 0 && probability < 1)) {
      throw new IllegalArgumentException("dropout must be in [0, 1), not " + probability);
    }
  }

  /** 0 where a number of that input is dropped, else 1 / (1 − p); null where nothing is. */
  Tensor mask(Call call, int input) {
    if (probability == 0 || !call.mode().training()) {
      return null;
    }
    long drawn = call.seed(seed.orElse(call.mode().seed()));
    return call.input(input)
        .bernoulliLike(1 - probability, drawn)
        .mulInPlace(1 / (1 - probability));
  }

  static Tensor apply(Tensor x, Tensor mask) {
    return mask == null ? x : x.mul(mask);
  }
}
