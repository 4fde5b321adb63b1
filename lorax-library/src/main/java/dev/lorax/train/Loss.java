package dev.lorax.train;

import dev.lorax.graph.Mode;
import dev.lorax.run.Pass;
import dev.lorax.run.Session;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Kernels;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.Arrays;

/** The cross-entropy of a session's predictions on batches. */
final class Loss {
  private Loss() {}

  /** Summed over the supervised rows, in nats: a scalar that lives in the scope. */
  static Tensor sum(Session session, Batch batch, Mode mode, Scope scope) {
    int[] rows = batch.supervisedRows();
    Pass pass = Pass.of(batch.tokens(), batch.sequences()).rows(rows).in(mode);
    long[] targets = Arrays.stream(rows).mapToLong(row -> batch.targets()[row]).toArray();
    Tensor logits = session.run(pass, scope);
    Tensor exact = logits.dtype() == DType.F64 ? logits : logits.to(DType.F32);
    return Kernels.crossEntropySum(exact, Tensor.of(targets, targets.length));
  }
}
