package dev.lorax.cli.training;

import dev.lorax.train.Batches;
import dev.lorax.train.Windows;
import java.util.Optional;

/**
 * What is measured on and never learned from.
 *
 * @param batches of its samples, one after the other
 * @param count how many batches a measurement takes
 * @param samples how many samples that is
 */
public record HeldOut(Batches batches, long count, long samples) {
  /** More windows would cost time and hardly change the mean. */
  static final int MOST_WINDOWS = 100;

  /**
   * The held-out part of a text.
   *
   * @param window tokens of a window; a shorter text is measured in one shorter window
   * @param size windows of a batch
   * @return empty if there are fewer than two tokens, so that nothing can be predicted
   */
  public static Optional<HeldOut> of(int[] tokens, int window, int size) {
    if (tokens.length < 2) {
      return Optional.empty();
    }
    Windows windows = Batches.windows(tokens, Math.min(window, tokens.length - 1)).consecutive();
    long most = Math.min(MOST_WINDOWS, windows.count());
    int together = (int) Math.min(size, most);
    long count = most / together;
    return Optional.of(new HeldOut(windows.size(together), count, count * together));
  }
}
