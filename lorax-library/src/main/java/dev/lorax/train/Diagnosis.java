package dev.lorax.train;

import dev.lorax.graph.Mode;
import dev.lorax.run.Session;
import dev.lorax.tensor.Gradients;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** Finds out what made a run stop, once it has. */
final class Diagnosis {
  private Diagnosis() {}

  /**
   * The first sequence of a batch whose loss is not finite when it is alone.
   *
   * @return empty if none is, or if all of several are: then it is not the data's fault
   */
  static OptionalInt sequence(Session session, Batch batch) {
    List<Integer> bad =
        IntStream.range(0, batch.sequences().count())
            .filter(i -> !isFinite(session, batch.sequence(i)))
            .boxed()
            .toList();
    boolean isAll = bad.size() == batch.sequences().count() && bad.size() > 1;
    return bad.isEmpty() || isAll ? OptionalInt.empty() : OptionalInt.of(bad.get(0));
  }

  private static boolean isFinite(Session session, Batch one) {
    if (one.supervised() == 0) {
      return true;
    }
    try (Gradients off = Gradients.off()) {
      return Double.isFinite(session.sum(Loss.pass(one, Mode.inference()), Loss.of(one, 1)));
    }
  }
}
