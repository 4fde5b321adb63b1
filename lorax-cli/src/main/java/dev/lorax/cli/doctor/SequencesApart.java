package dev.lorax.cli.doctor;

import dev.lorax.cli.training.AdapterTraining;
import dev.lorax.graph.Sequences;
import dev.lorax.run.Pass;
import dev.lorax.run.Session;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import dev.lorax.train.Batch;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Whether samples of one batch see each other, tried on two of this run. */
final class SequencesApart {
  private static final int MOST = 32; // tokens of each
  private static final double TOLERANCE = 1e-4; // of the largest logit, in float32
  private static final double TOLERANCE_16 = 5e-2; // in bfloat16, which has 8 bits

  private SequencesApart() {}

  static List<Diagnosis> check(Case run) {
    return run.training().stream().flatMap(training -> tried(run, training).stream()).toList();
  }

  private static List<Diagnosis> tried(Case run, AdapterTraining training) {
    int[] one = beginning(training.plan().batches().batch(0));
    int[] other = beginning(training.plan().batches().batch(1));
    int[] both = IntStream.concat(Arrays.stream(other), Arrays.stream(one)).toArray();
    Session session =
        new Session(
            training.adapter().graph(),
            run.base().parameters().and(training.adapter().parameters()));
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      Tensor alone = logits(session, scope, one, one.length);
      Tensor behind = logits(session, scope, both, other.length, one.length);
      Tensor glued = logits(session, scope, both, both.length);
      boolean exact = alone.dtype() == DType.F32;
      double size = largest(alone.to(DType.F32));
      if (!Double.isFinite(size)) {
        return List.of(); // training tells that, and why
      }
      return verdict(
          difference(alone, behind) / size,
          difference(alone, glued) / size,
          exact ? TOLERANCE : TOLERANCE_16);
    }
  }

  /**
   * What the differences of a sample's logits to those that it has alone say.
   *
   * @param behind where it is behind another sample in a batch
   * @param glued where it is one sequence with the other, so that it does see it
   */
  static List<Diagnosis> verdict(double behind, double glued, double tolerance) {
    if (!(behind <= tolerance)) {
      return List.of(
          Diagnosis.error(
              "sequences-apart",
              "samples of one batch see each other: logits differ by %s of the largest"
                  .formatted(number(behind)),
              "this is a bug in lorax: train with --batch-size 1 and report it"));
    }
    if (glued <= tolerance) {
      return List.of(); // this model hardly looks back, so nothing was shown
    }
    return List.of(
        Diagnosis.ok(
            "sequences-apart",
            "a sample has the same logits behind another in a batch as alone (difference %s; %s if it"
                    .formatted(number(behind), number(glued))
                + " saw the other)"));
  }

  private static String number(double share) {
    return String.format(Locale.ROOT, "%.1e", share);
  }

  /** The first tokens of the batch's first sequence. */
  private static int[] beginning(Batch batch) {
    return Arrays.copyOf(batch.tokens(), Math.min(MOST, batch.sequences().length(0)));
  }

  /** The logits of the last sequence of some. */
  private static Tensor logits(Session session, Scope scope, int[] tokens, int... lengths) {
    return session.run(Pass.of(tokens, Sequences.of(lengths)), scope);
  }

  /** Over the rows of the sample, which are the last. */
  private static double difference(Tensor alone, Tensor all) {
    Tensor last = all.narrow(0, all.size(0) - alone.size(0), alone.size(0));
    return largest(last.to(DType.F32).sub(alone.to(DType.F32)));
  }

  private static double largest(Tensor values) {
    return values.abs().max().item();
  }
}
