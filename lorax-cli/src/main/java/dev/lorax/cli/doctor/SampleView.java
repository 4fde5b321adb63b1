package dev.lorax.cli.doctor;

import dev.lorax.cli.training.AdapterTraining;
import dev.lorax.model.Classifier;
import dev.lorax.text.Tokenizer;
import dev.lorax.train.Batch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A sequence that will be learned from, as text.
 *
 * @param place where a person finds it; empty if it has none
 * @param tokens how many it has
 * @param learned how many of them are learned
 * @param pieces in order, learned and not in turn
 */
public record SampleView(String place, int tokens, int learned, List<Piece> pieces) {
  private static final int LONGEST = 280; // characters of a piece

  /**
   * A stretch of the text.
   *
   * @param text special tokens spelled out
   * @param learned whether its tokens are
   */
  public record Piece(String text, boolean learned) {
    /** With line ends visible, on one line, and the middle left out if it is long. */
    public Piece shortened() {
      String line = text.replace("\r", "\\r").replace("\n", "\\n").replaceAll("\\p{Cntrl}", "�");
      int[] points = line.codePoints().toArray();
      if (points.length <= LONGEST) {
        return new Piece(line, learned);
      }
      int half = LONGEST / 2;
      String gap = " … %,d characters … ".formatted(points.length - 2 * half);
      return new Piece(
          new String(points, 0, half) + gap + new String(points, points.length - half, half),
          learned);
    }
  }

  /** The first sequences of a run. */
  static List<SampleView> of(AdapterTraining training, Tokenizer tokenizer, int count) {
    List<SampleView> views = new ArrayList<>();
    for (long number = 0; views.size() < count; number++) {
      Batch batch = training.plan().batches().batch(number);
      int start = 0;
      for (int i = 0; i < batch.sequences().count() && views.size() < count; i++) {
        int end = start + batch.sequences().length(i);
        int[] tokens = Arrays.copyOfRange(batch.tokens(), start, end);
        int[] targets = Arrays.copyOfRange(batch.targets(), start, end);
        String place = training.material().place(number, i).orElse("");
        views.add(
            training.base().architecture() instanceof Classifier classifier
                ? view(place, tokens, classifier.labels().get(targets[0]), tokenizer)
                : view(place, tokens, learned(targets), tokenizer));
        start = end;
      }
    }
    return views;
  }

  /** Whether each token is what the one before it learns to predict. */
  private static boolean[] learned(int[] targets) {
    boolean[] learned = new boolean[targets.length];
    for (int row = 0; row + 1 < targets.length; row++) {
      learned[row + 1] = targets[row] != Batch.IGNORED;
    }
    return learned;
  }

  /** What a text is learned to be is no token, and stands behind it. */
  private static SampleView view(String place, int[] tokens, String label, Tokenizer tokenizer) {
    Piece text = new Piece(tokenizer.decodeWithSpecials(tokens) + " ", false);
    return new SampleView(place, tokens.length, 1, List.of(text, new Piece(label, true)));
  }

  private static SampleView view(
      String place, int[] tokens, boolean[] learned, Tokenizer tokenizer) {
    List<Piece> pieces = new ArrayList<>();
    int count = 0;
    int from = 0;
    for (int i = 1; i <= tokens.length; i++) {
      count += i < tokens.length && learned[i] ? 1 : 0;
      if (i == tokens.length || learned[i] != learned[from]) {
        pieces.add(new Piece(text(tokens, from, i, tokenizer), learned[from]));
        from = i;
      }
    }
    return new SampleView(place, tokens.length, count, pieces);
  }

  /** What tokens add to the text before them: alone, some tokenizers drop their leading space. */
  private static String text(int[] tokens, int from, int to, Tokenizer tokenizer) {
    String before = tokenizer.decodeWithSpecials(Arrays.copyOf(tokens, from));
    String all = tokenizer.decodeWithSpecials(Arrays.copyOf(tokens, to));
    return all.startsWith(before)
        ? all.substring(before.length())
        : tokenizer.decodeWithSpecials(Arrays.copyOfRange(tokens, from, to));
  }
}
