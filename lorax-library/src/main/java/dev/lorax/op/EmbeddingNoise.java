package dev.lorax.op;

import dev.lorax.graph.Call;
import dev.lorax.graph.Differentiable;
import dev.lorax.graph.Recording;
import dev.lorax.graph.Sequences;
import dev.lorax.tensor.Tensor;

/**
 * Adds noise in training: numbers drawn evenly from (−1, 1) times {@code alpha / √(L · width)},
 * with L the length of the row's sequence (Jain et al. 2023, algorithm 1). In inference its value
 * is its input {@code [tokens, width]}.
 *
 * @param alpha the noise's size
 */
public record EmbeddingNoise(double alpha) implements Differentiable {
  @Override
  public Tensor apply(Call call) {
    Tensor x = call.input(0);
    if (!call.mode().training()) {
      return x;
    }
    long seed = call.seed(call.mode().seed());
    Tensor noise =
        Tensor.uniform(x.dtype(), -1, 1, seed, x.shape().toArray())
            .mulInPlace(sizes(call.sequences(), x));
    return noise.addInPlace(x, 1);
  }

  /** How large the noise of each row may be, [tokens, 1]. */
  private Tensor sizes(Sequences sequences, Tensor x) {
    double[] sizes = new double[sequences.rows()];
    int row = 0;
    for (int i = 0; i < sequences.count(); i++) {
      double size = alpha / Math.sqrt((double) sequences.length(i) * x.size(1));
      for (int j = 0; j < sequences.length(i); j++) {
        sizes[row++] = size;
      }
    }
    return Tensor.of(sizes, row, 1).to(x.dtype());
  }

  /** The noise is no function of x: its gradient passes as it is. */
  @Override
  public Recorded record(Recording call) {
    return new Recorded(apply(call), gradient -> new Tensor[] {gradient});
  }

  @Override
  public String toString() {
    return "EmbeddingNoise(alpha %s)".formatted(alpha);
  }
}
