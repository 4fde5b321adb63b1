package dev.lorax.graph;

/**
 * Training or inference; in training also where randomness comes from.
 *
 * @param training whether dropout acts
 * @param seed the run's seed
 * @param step a number that differs at every evaluation of the run, so that masks differ
 */
public record Mode(boolean training, long seed, long step) {
  private static final Mode INFERENCE = new Mode(false, 0, 0);

  /** Nothing random happens. */
  public static Mode inference() {
    return INFERENCE;
  }

  /** Dropout acts, reproducibly for the same seed and step. */
  public static Mode training(long seed, long step) {
    return new Mode(true, seed, step);
  }
}
