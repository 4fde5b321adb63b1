package dev.lorax.train;

import dev.lorax.graph.Sequences;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Sequences of tokens, and for every row the token that should follow it.
 *
 * @param tokens ids of all sequences, one after the other
 * @param targets the token to be predicted at each row, or {@link #IGNORED}
 * @param sequences the lengths
 */
public record Batch(int[] tokens, int[] targets, Sequences sequences) {
  /** The target of a row that is not learned from. */
  public static final int IGNORED = -100;

  /** Checks that the parts agree. */
  public Batch {
    if (tokens.length != targets.length || tokens.length != sequences.rows()) {
      throw new IllegalArgumentException(
          "%d tokens, %d targets and %s do not fit"
              .formatted(tokens.length, targets.length, sequences));
    }
  }

  /**
   * A batch from labels as Hugging Face aligns them: each row's label is its own token, or {@link
   * #IGNORED}; row {@code t} learns to predict label {@code t + 1}.
   *
   * @throws IllegalArgumentException if a sequence has not as many labels as tokens
   */
  public static Batch ofLabels(List<int[]> tokens, List<int[]> labels) {
    requireFit(tokens, labels);
    int[] targets =
        labels.stream()
            .flatMapToInt(
                row -> IntStream.concat(Arrays.stream(row, 1, row.length), IntStream.of(IGNORED)))
            .toArray();
    int[] ids = tokens.stream().flatMapToInt(Arrays::stream).toArray();
    return new Batch(ids, targets, Sequences.of(tokens));
  }

  private static void requireFit(List<int[]> tokens, List<int[]> labels) {
    if (tokens.size() != labels.size()) {
      throw new IllegalArgumentException(
          "%d sequences do not fit the labels of %d".formatted(tokens.size(), labels.size()));
    }
    for (int i = 0; i < tokens.size(); i++) {
      if (tokens.get(i).length != labels.get(i).length) {
        throw new IllegalArgumentException(
            "Sequence %d has %d tokens but %d labels"
                .formatted(i + 1, tokens.get(i).length, labels.get(i).length));
      }
    }
  }

  /** One of its sequences alone. */
  Batch sequence(int index) {
    int start = IntStream.range(0, index).map(sequences::length).sum();
    int end = start + sequences.length(index);
    return new Batch(
        Arrays.copyOfRange(tokens, start, end),
        Arrays.copyOfRange(targets, start, end),
        Sequences.of(end - start));
  }

  /** The rows that are learned from. */
  public int[] supervisedRows() {
    return IntStream.range(0, targets.length).filter(row -> targets[row] != IGNORED).toArray();
  }

  /** How many rows are learned from. */
  public int supervised() {
    return supervisedRows().length;
  }
}
