package dev.lorax.eva;

import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Svd;
import dev.lorax.tensor.Tensor;

/**
 * The directions in which rows vary most, from one group of rows after the other (Ross et al. 2008,
 * as scikit-learn's IncrementalPCA computes them).
 */
final class PrincipalComponents implements AutoCloseable {
  private final int most;
  private long seen;
  private Tensor mean; // [1, width]
  private Tensor directions; // [k, width], orthonormal rows
  private Tensor values; // [k], singular values of all rows seen, less their mean
  private double variance; // of all rows seen, summed over the width, times their number

  /** At most so many directions. */
  PrincipalComponents(int most) {
    this.most = most;
  }

  /**
   * Takes rows in; the first group must have more rows than directions are wanted.
   *
   * @param rows [n, width]
   */
  void add(Tensor rows) {
    try (Scope scope = new Scope()) {
      Tensor x = rows.to(DType.F32);
      long count = x.size(0);
      Tensor ownMean = x.sum(0).mul(1.0 / count).view(1, -1);
      Tensor centred = x.sub(ownMean);
      double ownVariance = centred.square().sum().item();
      Tensor stacked = centred;
      Tensor newMean = ownMean;
      if (seen > 0) {
        double correction = Math.sqrt((double) seen * count / (seen + count));
        Tensor shift = mean.sub(ownMean);
        stacked = Tensor.cat(0, directions.mul(values.view(-1, 1)), centred, shift.mul(correction));
        newMean = mean.add(ownMean.sub(mean).mul((double) count / (seen + count)));
        ownVariance += shift.square().sum().item() * correction * correction;
      }
      Svd parts = Svd.of(stacked).truncated(most);
      Tensor[] old = {mean, directions, values};
      mean = scope.release(newMean.copy());
      directions = scope.release(parts.right().copy());
      values = scope.release(parts.values().copy());
      close(old);
      variance += ownVariance;
      seen += count;
    }
  }

  /** The share of the variance that each direction has, the largest first. */
  double[] shares() {
    double[] shares = values.toDoubles();
    for (int i = 0; i < shares.length; i++) {
      shares[i] = variance == 0 ? 0 : shares[i] * shares[i] / variance;
    }
    return shares;
  }

  /** The first directions, [count, width]. */
  Tensor first(int count) {
    return directions.narrow(0, 0, count);
  }

  @Override
  public void close() {
    close(mean, directions, values);
  }

  private static void close(Tensor... tensors) {
    for (Tensor tensor : tensors) {
      if (tensor != null) {
        tensor.close();
      }
    }
  }
}
