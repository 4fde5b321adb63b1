package dev.lorax.generate;

import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.List;

/**
 * From the logits of a pass to the next id of each sequence.
 *
 * <p>Where all that is asked for is the largest logit, it is found where the logits lie; otherwise
 * one row at a time is copied out, into memory that is kept.
 */
final class Choosing {
  private float[] row = new float[0];

  /** The next ids, by logits [sequences, vocabulary]. */
  int[] of(Tensor logits, List<Decoded> sequences) {
    int[] next = new int[sequences.size()];
    long[] largest =
        sequences.stream().allMatch(sequence -> sequence.sampler().takesLargest())
            ? largest(logits)
            : new long[0];
    for (int i = 0; i < next.length; i++) {
      next[i] = largest.length > 0 ? (int) largest[i] : drawn(logits, i, sequences.get(i));
    }
    return next;
  }

  private int drawn(Tensor logits, int index, Decoded sequence) {
    int vocabulary = (int) logits.size(1);
    if (row.length != vocabulary) {
      row = new float[vocabulary];
    }
    try (Scope scope = new Scope()) {
      logits.narrow(0, index, 1).read(row);
    }
    return sequence.choose(row);
  }

  /** The first of the largest in each row; nothing where a row's largest is no finite number. */
  private static long[] largest(Tensor logits) {
    Tensor exact = logits.dtype() == DType.F64 ? logits : logits.to(DType.F32);
    for (float value : exact.largest().toFloats()) {
      if (!Float.isFinite(value)) {
        return new long[0]; // the sampler says what is wrong
      }
    }
    return exact.argmax().toLongs();
  }
}
