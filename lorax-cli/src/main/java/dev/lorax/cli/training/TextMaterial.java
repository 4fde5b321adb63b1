package dev.lorax.cli.training;

import dev.lorax.cli.console.Failure;
import dev.lorax.cli.console.Figures;
import dev.lorax.train.Batches;
import dev.lorax.train.Windows;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Windows of one text.
 *
 * @param data the text
 * @param windows those to learn from
 * @param window tokens of each
 * @param consecutive whether they are taken one after the other, not at random places
 */
public record TextMaterial(TextData data, Windows windows, int window, boolean consecutive)
    implements Material {
  private static final int BEGINNING = 16; // tokens

  /**
   * The windows of a text, for a model.
   *
   * @param context the longest sequence of the model
   * @throws Failure if the text is too short or a number does not fit
   */
  public static TextMaterial of(TextData data, TrainingOptions options, int context) {
    int window = options.window(context);
    if (data.train().length <= window) {
      throw Failure.of(tooShort(data, window));
    }
    Windows windows = Failure.orUsage(() -> Batches.windows(data.train(), window));
    return new TextMaterial(data, windows, window, options.consecutive);
  }

  private static String tooShort(TextData data, int window) {
    return ("%s has %d tokens to learn from, too few for one window of %d: give more text,"
            + " or --window %d or less%s")
        .formatted(
            data.name(),
            data.train().length,
            window,
            Math.max(1, data.train().length - 1),
            data.heldOut().length > 0 ? ", or --held-out 0" : "");
  }

  @Override
  public long perEpoch() {
    return windows.count();
  }

  @Override
  public String unit() {
    return "windows of %d tokens".formatted(window);
  }

  @Override
  public Batches batches(int size, long seed) {
    Windows together = Failure.orUsage(() -> windows.size(size));
    return consecutive ? together.consecutive() : together.random(seed);
  }

  @Override
  public Optional<HeldOut> heldOut(int size) {
    return HeldOut.of(data.heldOut(), window, size);
  }

  @Override
  public int limit() {
    return window;
  }

  @Override
  public int longest() {
    return window;
  }

  @Override
  public double meanTokens() {
    return window;
  }

  @Override
  public int mostTokens(int size) {
    return size * window;
  }

  @Override
  public int[] beginning() {
    int[] text = data.heldOut().length > 0 ? data.heldOut() : data.train();
    return Arrays.copyOf(text, Math.min(text.length, Math.min(BEGINNING, window)));
  }

  @Override
  public List<String> facts() {
    int heldOut = data.heldOut().length;
    return List.of(
        "%s tokens of text: %s to learn from (%s %s), %s"
            .formatted(
                Figures.count(data.tokens()),
                Figures.count(data.train().length),
                Figures.count(perEpoch()),
                unit(),
                heldOut > 1 ? Figures.count(heldOut) + " held out" : "none held out"));
  }
}
