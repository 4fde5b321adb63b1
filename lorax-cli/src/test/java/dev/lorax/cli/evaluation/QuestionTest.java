package dev.lorax.cli.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.data.Example;
import dev.lorax.text.Tokenizer;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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
  void theExpectedTextEndsBeforeAnEnd() {
    try (Tokenizer tokenizer = Tokenizer.open(Path.of("..", "demo", "base"))) {
      int[] prompt = tokenizer.encode("Say");
      int[] end = tokenizer.encode(" stop");
      int[] answer =
          Stream.of(tokenizer.encode(" one"), end, tokenizer.encode(" two"))
              .flatMapToInt(IntStream::of)
              .toArray();
      Question question = new Question(prompt, answer);
      assertThat(question.expected(tokenizer, Set.of(end[0]))).isEqualTo(" one");
      assertThat(question.expected(tokenizer, Set.of())).isEqualTo(" one stop two");
    }
  }

  @Test
  void nothingBeforeTheAnswerIsNoQuestion() {
    assertThat(Question.of(new Example(new int[] {1, 2}, new boolean[] {true, true}))).isEmpty();
    assertThat(Question.of(new Example(new int[] {1, 2}, new boolean[] {false, false}))).isEmpty();
  }
}
