package dev.lorax.train;

import dev.lorax.graph.Sequences;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Sequences of tokens, and for every row what should be predicted there: the token that follows,
 * or, at the first row alone, the sequence's class.
 *
 * @param tokens ids of all sequences, one after the other
 * @param targets the token or class to be predicted at each row, or {@link #IGNORED}
 * @param sequences the lengths
 * @param types which text of a pair each token belongs to, 0 or 1; empty: the first
 */
public record Batch(int[] tokens, int[] targets, Sequences sequences, Optional<int[]> types) {
  /** The target of a row that is not learned from. */
  public static final int IGNORED = -100;

  /** Sequences of single texts. */
  public Batch(int[] tokens, int[] targets, Sequences sequences) {
    this(tokens, targets, sequences, Optional.empty());
  }

  /** Checks that the parts agree. */
  public Batch {
    if (types.isPresent() && types.get().length != tokens.length) {
      throw new IllegalArgumentException(
          "%d types are not one for each of %d tokens"
              .formatted(types.get().length, tokens.length));
    }
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

  /**
   * A batch whose sequences belong to classes, each predicted at its sequence's first token.
   *
   * @param classes one a sequence, from 0
   */
  public static Batch ofClasses(List<int[]> tokens, int... classes) {
    Sequences sequences = Sequences.of(tokens);
    if (classes.length != sequences.count()) {
      throw new IllegalArgumentException(
          "%d classes are not one for each of %s".formatted(classes.length, sequences));
    }
    int[] targets = new int[sequences.rows()];
    Arrays.fill(targets, IGNORED);
    int first = 0;
    for (int i = 0; i < classes.length; i++) {
      targets[first] = classes[i];
      first += sequences.length(i);
    }
    return new Batch(tokens.stream().flatMapToInt(Arrays::stream).toArray(), targets, sequences);
  }

  /** The same batch, with the text of a pair that each token belongs to, 0 or 1. */
  public Batch typed(List<int[]> typesOfTokens) {
    int[] all = typesOfTokens.stream().flatMapToInt(Arrays::stream).toArray();
    return new Batch(tokens, targets, sequences, Optional.of(all));
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
        Sequences.of(end - start),
        types.map(all -> Arrays.copyOfRange(all, start, end)));
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
