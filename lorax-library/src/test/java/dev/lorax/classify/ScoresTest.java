package dev.lorax.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is said of choices is what scikit-learn says. */
class ScoresTest {
  private static final List<String> LABELS = List.of("a", "b", "c", "never");

  /** By {@code f1_score(y_true, y_pred, average="macro")} and {@code accuracy_score}. */
  @Test
  void accuracyAndMacroF1AreTheFieldsOwn() {
    Scores scores = scores(new int[] {0, 0, 0, 1, 1, 2}, new int[] {0, 0, 1, 1, 2, 2});
    assertThat(scores.accuracy()).isEqualTo(new Accuracy(4, 6));
    assertThat(scores.macroF1()).isCloseTo((0.8 + 0.5 + 2.0 / 3) / 3, within(1e-12));
    assertThat(scores).hasToString("accuracy 66.7% (4 of 6), macro-F1 0.656");
  }

  @Test
  void aClassThatIsNeverChosenCountsAsZero() {
    Scores scores = scores(new int[] {0, 0, 1}, new int[] {0, 0, 0});
    assertThat(scores.macroF1()).isCloseTo(0.8 / 2, within(1e-12));
  }

  @Test
  void theLossIsTheMeanCrossEntropy() {
    Scores scores = scores(new int[] {0, 1}, new int[] {0, 0});
    assertThat(scores.loss()).isCloseTo(-(Math.log(0.7) + Math.log(0.1)) / 2, within(1e-12));
  }

  private static Scores scores(int[] wanted, int[] chosen) {
    List<LabelledText> texts =
        IntStream.of(wanted).mapToObj(label -> LabelledText.of("x", label)).toList();
    List<Choice> choices = IntStream.of(chosen).mapToObj(ScoresTest::choice).toList();
    return Scores.of(texts, choices, LABELS);
  }

  private static Choice choice(int label) {
    return new Choice(
        LABELS.get(label),
        IntStream.range(0, LABELS.size()).mapToObj(i -> i == label ? 0.7 : 0.1).toList());
  }
}
