package dev.lorax.train;

import dev.lorax.graph.Mode;
import dev.lorax.run.Objective;
import dev.lorax.run.Pass;
import dev.lorax.tensor.CrossEntropy;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.Arrays;

/**
 * The cross-entropy of a model's predictions on a batch, in nats, summed over the supervised rows.
 *
 * @param targets of the supervised rows
 * @param factor on the sum: one over the number of tokens that it is a mean over
 * @param entropy of a row
 */
record Loss(long[] targets, double factor, CrossEntropy entropy) implements Objective {
  /** The loss of that batch. */
  static Loss of(Batch batch, double factor) {
    return of(batch, factor, CrossEntropy.PLAIN);
  }

  /** The loss of that batch by another measure. */
  static Loss of(Batch batch, double factor, CrossEntropy entropy) {
    int[] rows = batch.supervisedRows();
    return new Loss(
        Arrays.stream(rows).mapToLong(row -> batch.targets()[row]).toArray(), factor, entropy);
  }

  /** The pass that gives what the loss is measured on. */
  static Pass pass(Batch batch, Mode mode) {
    Pass plain = Pass.of(batch.tokens(), batch.sequences()).in(mode);
    Pass pass = batch.types().map(plain::typed).orElse(plain);
    int[] rows = batch.supervisedRows();
    return rows.length == batch.tokens().length ? pass : pass.rows(rows);
  }

  @Override
  public double value(Tensor rows, int first) {
    try (Scope scope = new Scope()) {
      return factor * entropy.sum(rows, targets(rows, first));
    }
  }

  @Override
  public double slope(Tensor rows, int first) {
    try (Scope scope = new Scope()) {
      return factor * entropy.slope(rows, targets(rows, first), factor);
    }
  }

  private Tensor targets(Tensor rows, int first) {
    int count = (int) rows.size(0);
    return Tensor.of(Arrays.copyOfRange(targets, first, first + count), count);
  }
}
