package dev.lorax.cli.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.data.Example;
import org.junit.jupiter.api.Test;

class QuestionTest {
  @Test
  void thePromptIsAllBeforeTheLastRunOfLearnedTokens() {
    boolean[] learned = {false, true, false, true, true, false};
    Question question =
        Question.of(new Example(new int[] {1, 2, 3, 4, 5, 6}, learned)).orElseThrow();
    assertThat(question.prompt()).containsExactly(1, 2, 3);
    assertThat(question.answer()).containsExactly(4, 5);
  }

  @Test
  void nothingBeforeTheAnswerIsNoQuestion() {
    assertThat(Question.of(new Example(new int[] {1, 2}, new boolean[] {true, true}))).isEmpty();
    assertThat(Question.of(new Example(new int[] {1, 2}, new boolean[] {false, false}))).isEmpty();
  }
}
