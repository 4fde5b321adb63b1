package dev.lorax.cli.evaluation;

import dev.lorax.cli.console.Failure;
import dev.lorax.cli.console.Figures;
import dev.lorax.cli.training.TextData;
import dev.lorax.graph.Sequences;
import dev.lorax.train.Batch;
import dev.lorax.train.Batches;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Windows of one text, one after the other; the last may be shorter, so that every token but the
 * first is predicted once.
 *
 * @param text its tokens
 * @param window tokens of each
 * @param size windows of a batch
 * @param windows how many are measured on
 */
record TextWindows(TextData text, int window, int size, int windows) implements EvaluationData {
  static TextWindows of(TextData text, int window, EvaluationOptions options) {
    int predicted = text.tokens() - 1;
    if (predicted < 1) {
      throw Failure.of(text.name() + " has one token, and nothing to predict: give more text");
    }
    int all = (predicted + window - 1) / window;
    return new TextWindows(text, window, options.batchSize, Math.min(all, options.most()));
  }

  @Override
  public Batches batches() {
    return this::batch;
  }

  private Batch batch(long number) {
    int first = Math.toIntExact(number * size);
    int[] tokens = text.train();
    int from = first * window;
    int to = Math.min(tokens.length - 1, Math.min(windows, first + size) * window);
    int[] lengths =
        IntStream.iterate(from, start -> start < to, start -> start + window)
            .map(start -> Math.min(window, to - start))
            .toArray();
    return new Batch(
        Arrays.copyOfRange(tokens, from, to),
        Arrays.copyOfRange(tokens, from + 1, to + 1),
        Sequences.of(lengths));
  }

  @Override
  public long count() {
    return (windows + size - 1) / size;
  }

  @Override
  public String about() {
    return "%s: %s of text, in %s windows of %s"
        .formatted(
            text.name(),
            Figures.count(text.tokens()) + " tokens",
            Figures.count(windows),
            Figures.count(window));
  }

  @Override
  public List<String> found() {
    return List.of();
  }

  @Override
  public List<Question> questions() {
    throw Failure.usage(
        "--exact-match compares answers, but %s is one text: give prompts and completions, or chats"
            .formatted(text.name()));
  }

  @Override
  public Set<Integer> endIds() {
    return Set.of();
  }
}
