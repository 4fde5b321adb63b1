package dev.lorax.cli.training;

import dev.lorax.train.Batch;
import dev.lorax.train.Batches;
import dev.lorax.train.Windows;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
    int length = Math.min(window, tokens.length - 1);
    Windows windows = Batches.windows(tokens, length).consecutive();
    long most = Math.min(MOST_WINDOWS, windows.count());
    int together = (int) Math.min(size, most);
    long count = (most + together - 1) / together;
    Batches whole = windows.size(together);
    int rest = (int) (most % together);
    if (rest == 0) {
      return Optional.of(new HeldOut(whole, count, most));
    }
    int begin = (int) (most - rest) * length;
    int[] end = Arrays.copyOfRange(tokens, begin, tokens.length);
    Batch last = Batches.windows(end, length).consecutive().size(rest).batch(0);
    return Optional.of(
        new HeldOut(number -> number < count - 1 ? whole.batch(number) : last, count, most));
  }

  /**
   * The tokens and targets of each sequence, in their order: equal where the same is measured,
   * however many sequences a batch has.
   */
  public List<IntBuffer> sequences() {
    List<IntBuffer> all = new ArrayList<>();
    for (long number = 0; number < count; number++) {
      Batch batch = batches.batch(number);
      int start = 0;
      for (int i = 0; i < batch.sequences().count(); i++) {
        int end = start + batch.sequences().length(i);
        all.add(IntBuffer.wrap(Arrays.copyOfRange(batch.tokens(), start, end)));
        all.add(IntBuffer.wrap(Arrays.copyOfRange(batch.targets(), start, end)));
        start = end;
      }
    }
    return all;
  }
}
