package dev.lorax.tensor;

import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.global.torch;

/** Kernels of mixtures of experts: which tokens go to which expert, and with what weight. */
public final class Experts {
  private Experts() {}

  /**
   * The probabilities of the likeliest experts of every token, 0 for the others (Shazeer et al.
   * 2017, eq. 3 to 5; over all experts first, as in Mixtral), in float32, or float64 where the
   * logits are.
   *
   * @param logits [tokens, experts]
   * @param chosen how many experts a token goes to
   * @param renormalised whether the weights of a token are made to add up to 1
   * @return [tokens, experts]
   */
  public static Tensor weights(Tensor logits, int chosen, boolean renormalised) {
    Tensor exact = logits.to(logits.dtype().exact());
    org.bytedeco.pytorch.Tensor probabilities = torch.softmax(exact.pointer(), -1);
    T_TensorTensor_T top = torch.topk(probabilities, chosen);
    org.bytedeco.pytorch.Tensor best = top.get0();
    org.bytedeco.pytorch.Tensor weights =
        renormalised ? best.div(best.sum(new long[] {-1}, true, new ScalarTypeOptional())) : best;
    Tensor zeros = Tensor.zeros(exact.dtype(), logits.shape().toArray());
    return new Tensor(zeros.pointer().scatter(1, top.get1(), weights));
  }

  /** The numbers of the rows in which a column of weights is not 0, int64, in order. */
  public static Tensor rows(Tensor weights, int column) {
    org.bytedeco.pytorch.Tensor own = weights.pointer().select(1, column);
    return new Tensor(own.detach().nonzero().reshape(-1));
  }

  /** The same on the heap: the likeliest experts of every row. */
  public static void weights(Rows logits, int chosen, boolean renormalised, Rows weights) {
    int experts = logits.width();
    for (int row = 0; row < logits.count(); row++) {
      int at = row * experts;
      double largest = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < experts; i++) {
        largest = Math.max(largest, logits.values()[at + i]);
        weights.values()[at + i] = 0;
      }
      double all = 0;
      for (int i = 0; i < experts; i++) {
        all += Math.exp(logits.values()[at + i] - largest);
      }
      double taken = 0;
      for (int i = 0; i < chosen; i++) {
        int best = best(logits.values(), weights.values(), at, experts);
        double probability = Math.exp(logits.values()[best] - largest) / all;
        weights.values()[best] = (float) probability;
        taken += probability;
      }
      for (int i = 0; renormalised && i < experts; i++) {
        weights.values()[at + i] /= (float) taken;
      }
    }
  }

  /** The place of the largest logit that has no weight yet. */
  private static int best(float[] logits, float[] weights, int at, int experts) {
    int best = -1;
    for (int i = at; i < at + experts; i++) {
      if (weights[i] == 0 && (best < 0 || logits[i] > logits[best])) {
        best = i;
      }
    }
    return best;
  }

  /** Writes the rows of x whose weight in a column is not 0, in order. */
  public static void dispatch(Rows x, Rows weights, int column, Rows y) {
    int count = 0;
    for (int row = 0; row < x.count(); row++) {
      if (weights.values()[row * weights.width() + column] != 0) {
        System.arraycopy(x.values(), row * x.width(), y.values(), count++ * x.width(), x.width());
      }
    }
  }

  /** How many rows have a weight in a column. */
  public static int count(Rows weights, int column) {
    int count = 0;
    for (int row = 0; row < weights.count(); row++) {
      count += weights.values()[row * weights.width() + column] != 0 ? 1 : 0;
    }
    return count;
  }

  /** Adds an expert's rows, each times its weight, to the rows that they came from. */
  public static void combine(Rows expert, Rows weights, int column, Rows y) {
    Vectors vectors = VectorUnit.vectors().orElseThrow();
    int width = y.width();
    int next = 0;
    for (int row = 0; next < expert.count(); row++) {
      float weight = weights.values()[row * weights.width() + column];
      if (weight != 0) {
        vectors.addScaled(weight, expert.values(), next++ * width, y.values(), row * width, width);
      }
    }
  }
}
