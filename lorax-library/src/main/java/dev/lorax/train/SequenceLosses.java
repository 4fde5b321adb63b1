package dev.lorax.train;

import dev.lorax.run.Objective;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The loss of a batch, told apart by sequence.
 *
 * @param loss of the whole batch
 * @param starts the first supervised row of each sequence, and after the last the number of all
 * @param sums of each sequence, so far
 */
record SequenceLosses(Loss loss, int[] starts, double[] sums) implements Objective {
  static SequenceLosses of(Batch batch) {
    int count = batch.sequences().count();
    int[] starts = new int[count + 1];
    int row = 0;
    for (int i = 0; i < count; i++) {
      starts[i + 1] = starts[i];
      for (int end = row + batch.sequences().length(i); row < end; row++) {
        starts[i + 1] += batch.targets()[row] == Batch.IGNORED ? 0 : 1;
      }
    }
    return new SequenceLosses(Loss.of(batch, 1), starts, new double[count]);
  }

  @Override
  public double value(Tensor rows, int first) {
    double sum = 0;
    int end = first + (int) rows.size(0);
    for (int i = 0; i < sums.length; i++) {
      int from = Math.max(first, starts[i]);
      int to = Math.min(end, starts[i + 1]);
      if (from < to) {
        try (Scope scope = new Scope()) {
          double share = loss.value(rows.narrow(0, from - first, to - from), from);
          sums[i] += share;
          sum += share;
        }
      }
    }
    return sum;
  }

  /** There is no way back from a measurement. */
  @Override
  public double slope(Tensor rows, int first) {
    throw new UnsupportedOperationException("A measurement has no gradient");
  }

  /** One for each sequence that has a supervised row. */
  List<Evaluation> evaluations() {
    return IntStream.range(0, sums.length)
        .filter(i -> starts[i] < starts[i + 1])
        .mapToObj(
            i -> new Evaluation(sums[i] / (starts[i + 1] - starts[i]), starts[i + 1] - starts[i]))
        .toList();
  }
}
