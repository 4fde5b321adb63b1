package dev.lorax.cli.evaluation;

import dev.lorax.data.Example;
import dev.lorax.text.TextStream;
import dev.lorax.text.Tokenizer;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * What a model is asked, and what it should say.
 *
 * @param prompt tokens up to where the answer begins
 * @param answer the tokens that follow
 */
record Question(int[] prompt, int[] answer) {
  /**
   * The last run of learned tokens of an example, and all before it.
   *
   * @return empty if there is no token before it
   */
  static Optional<Question> of(Example example) {
    boolean[] learned = example.supervised();
    int end = learned.length;
    while (end > 0 && !learned[end - 1]) {
      end--;
    }
    int start = end;
    while (start > 0 && learned[start - 1]) {
      start--;
    }
    int[] prompt = Arrays.copyOf(example.tokens(), start);
    return start == 0
        ? Optional.empty()
        : Optional.of(new Question(prompt, Arrays.copyOfRange(example.tokens(), start, end)));
  }

  /** The text of the answer, up to one of those ids. */
  String expected(Tokenizer tokenizer, Set<Integer> ends) {
    TextStream stream = tokenizer.streamAfter(prompt);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < answer.length && !ends.contains(answer[i]); i++) {
      text.append(stream.next(answer[i]));
    }
    return text.append(stream.finish()).toString();
  }
}
