package dev.lorax.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WindowsTest {
  /** A text whose tokens are their places. */
  private static final int[] TEXT = IntStream.range(0, 23).toArray();

  @Test
  void aBatchOfMoreTokensThanAnArrayHoldsIsRefused() {
    assertThatThrownBy(() -> Batches.windows(TEXT, 5).size(Integer.MAX_VALUE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("take at most 214748364 windows");
  }

  @Test
  void everyRowLearnsTheTokenThatFollows() {
    Batch batch = Batches.windows(TEXT, 5).size(3).batch(7);
    assertThat(batch.sequences()).hasToString("Sequences[5, 5, 5]");
    for (int i = 0; i < 15; i++) {
      assertThat(batch.targets()[i]).isEqualTo(batch.tokens()[i] + 1);
      assertThat(batch.tokens()[i]).isEqualTo(batch.tokens()[i - i % 5] + i % 5);
    }
  }

  @Test
  void consecutiveWindowsCoverTheTextAndGoRoundAgain() {
    Windows windows = Batches.windows(TEXT, 5).consecutive();
    assertThat(windows.count()).isEqualTo(4);
    assertThat(starts(windows, 6)).containsExactly(0, 5, 10, 15, 0, 5);
    assertThat(windows.batch(3).targets()).endsWith(20);
  }

  @Test
  void largerBatchesHoldTheSameWindowsInTheSameOrder() {
    Windows pairs = Batches.windows(TEXT, 5).consecutive().size(2);
    assertThat(pairs.batch(1).tokens()).containsExactly(10, 11, 12, 13, 14, 15, 16, 17, 18, 19);
  }

  @Test
  void theLastTokenIsATargetWhereTheWindowsFillTheText() {
    Windows windows = Batches.windows(IntStream.range(0, 11).toArray(), 5).consecutive();
    assertThat(windows.count()).isEqualTo(2);
    assertThat(windows.batch(1).targets()).endsWith(10);
  }

  @Test
  void randomWindowsReachEveryPlaceOfTheText() {
    Set<Integer> starts = new HashSet<>(starts(Batches.windows(TEXT, 5), 2000));
    assertThat(starts).hasSize(18).contains(0, 17);
  }

  @Test
  void aBatchIsAFunctionOfSeedAndNumber() {
    Windows windows = Batches.windows(TEXT, 5).size(4);
    assertThat(windows.batch(3).tokens()).isEqualTo(windows.batch(3).tokens());
    assertThat(windows.random(0).batch(3).tokens()).isEqualTo(windows.batch(3).tokens());
    assertThat(windows.random(1).batch(3).tokens()).isNotEqualTo(windows.batch(3).tokens());
    assertThat(windows.batch(4).tokens()).isNotEqualTo(windows.batch(3).tokens());
  }

  @Test
  void aTextThatIsTooShortIsAnErrorThatSaysWhatToDo() {
    assertThatThrownBy(() -> Batches.windows(new int[5], 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "The text has 5 tokens, too few for one window of 5: "
                + "give more text or a shorter window");
    assertThat(Batches.windows(new int[6], 5).count()).isEqualTo(1);
    assertThat(Batches.windows(new int[6], 5).batch(0).tokens()).hasSize(5);
  }

  @Test
  void anEmptyTextIsAnError() {
    assertThatThrownBy(() -> Batches.windows(new int[0], 5)).hasMessageContaining("text is empty");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -3})
  void windowsAndBatchesHoldSomething(int none) {
    assertThatThrownBy(() -> Batches.windows(TEXT, none)).hasMessageContaining("at least 1 token");
    assertThatThrownBy(() -> Batches.windows(TEXT, 5).size(none))
        .hasMessageContaining("at least 1 window");
  }

  @Test
  void theTextIsCopied() {
    int[] text = TEXT.clone();
    Windows windows = Batches.windows(text, 5).consecutive();
    Arrays.fill(text, -1);
    assertThat(windows.batch(0).tokens()).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void aSplitHoldsTheEndOut() {
    Windows.Split split = Windows.split(TEXT, 0.2);
    assertThat(split.heldOut()).containsExactly(18, 19, 20, 21, 22);
    assertThat(split.train()).hasSize(18).endsWith(17);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1, -0.5, Double.NaN})
  void aShareOutsideItsRangeIsAnError(double share) {
    assertThatThrownBy(() -> Windows.split(TEXT, share)).hasMessageContaining("(0, 1)");
  }

  private static List<Integer> starts(Windows windows, int count) {
    return IntStream.range(0, count).map(i -> windows.batch(i).tokens()[0]).boxed().toList();
  }
}
