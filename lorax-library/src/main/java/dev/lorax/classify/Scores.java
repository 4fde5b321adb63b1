package dev.lorax.classify;

import java.util.List;
import java.util.Locale;

/**
 * How well a classifier tells texts apart.
 *
 * @param accuracy how often it was right
 * @param macroF1 the mean over classes of the harmonic mean of precision and recall, in [0, 1];
 *     classes that no text has and none was given do not count, as in scikit-learn
 * @param loss mean cross-entropy, in nats a text
 */
public record Scores(Accuracy accuracy, double macroF1, double loss) {
  /**
   * Those of choices.
   *
   * @param texts with their classes
   * @param choices one for each text
   * @param labels the names of the classes
   */
  static Scores of(List<LabelledText> texts, List<Choice> choices, List<String> labels) {
    int[] has = new int[labels.size()];
    int[] given = new int[labels.size()];
    int[] right = new int[labels.size()];
    double loss = 0;
    for (int i = 0; i < texts.size(); i++) {
      int label = texts.get(i).label();
      int choice = labels.indexOf(choices.get(i).label());
      has[label]++;
      given[choice]++;
      right[label] += choice == label ? 1 : 0;
      loss -= Math.log(choices.get(i).probabilities().get(label));
    }
    int all = 0;
    int classes = 0;
    double f1 = 0;
    for (int i = 0; i < labels.size(); i++) {
      all += right[i];
      if (has[i] + given[i] > 0) {
        classes++;
        f1 += 2.0 * right[i] / (has[i] + given[i]);
      }
    }
    return new Scores(new Accuracy(all, texts.size()), f1 / classes, loss / texts.size());
  }

  /** As in {@code accuracy 93.3% (28 of 30), macro-F1 0.931}. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "accuracy %s, macro-F1 %.3f", accuracy, macroF1);
  }
}
