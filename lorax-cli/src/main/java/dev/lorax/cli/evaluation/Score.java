package dev.lorax.cli.evaluation;

import dev.lorax.train.Evaluation;
import java.util.List;
import java.util.Optional;

/**
 * What was measured about one model.
 *
 * @param name for people
 * @param sequences how well it predicted each
 * @param right how many questions it answered exactly; empty if none were asked
 */
public record Score(String name, List<Evaluation> sequences, Optional<Right> right) {
  /**
   * Exact answers.
   *
   * @param count of them
   * @param of how many were asked for
   */
  public record Right(int count, int of) {
    Estimate share() {
      return Estimate.share(count, of);
    }
  }

  /** Mean over all supervised tokens, in nats. */
  Estimate loss() {
    return Estimate.loss(sequences);
  }

  /** Mean loss by that of another model on the same sequences. */
  Estimate lossAbove(Score other) {
    return Estimate.difference(sequences, other.sequences);
  }
}
