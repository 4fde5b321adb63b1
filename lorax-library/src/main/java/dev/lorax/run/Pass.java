package dev.lorax.run;

import dev.lorax.graph.Mode;
import dev.lorax.graph.Sequences;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * One evaluation: which tokens, how they fall into sequences, and what is wanted of them.
 *
 * @param tokens ids of all sequences, one after the other
 * @param sequences their lengths
 * @param rows the rows whose logits are wanted; empty: all
 * @param mode training or inference
 * @param cache what earlier passes left; empty: nothing is remembered
 * @param choices the number of the variant that each sequence chooses, 0 for none, where the graph
 *     has variants; empty: none chooses one
 * @param types which text of a pair each token belongs to, 0 or 1, where the graph asks; empty: the
 *     first
 */
public record Pass(
    int[] tokens,
    Sequences sequences,
    Optional<int[]> rows,
    Mode mode,
    Optional<KvCache.Selection> cache,
    Optional<int[]> choices,
    Optional<int[]> types) {

  /** Checks that tokens and sequences agree. */
  public Pass {
    if (tokens.length != sequences.rows()) {
      throw new IllegalArgumentException(
          "%d tokens do not fill %s".formatted(tokens.length, sequences));
    }
    if (choices.isPresent() && choices.get().length != sequences.count()) {
      throw new IllegalArgumentException(
          "%d choices are not one for each of %s".formatted(choices.get().length, sequences));
    }
    if (types.isPresent() && types.get().length != tokens.length) {
      throw new IllegalArgumentException(
          "%d types are not one for each of %d tokens"
              .formatted(types.get().length, tokens.length));
    }
  }

  /** An inference pass over whole sequences that gives the logits of every row. */
  public static Pass of(int[] tokens, Sequences sequences) {
    return new Pass(
        tokens,
        sequences,
        Optional.empty(),
        Mode.inference(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** The same pass in that mode. */
  public Pass in(Mode other) {
    return new Pass(tokens, sequences, rows, other, cache, choices, types);
  }

  /** The same pass, giving those rows' logits alone. */
  public Pass rows(int... wanted) {
    return new Pass(tokens, sequences, Optional.of(wanted), mode, cache, choices, types);
  }

  /** The same pass, giving the logits of each sequence's last row alone. */
  public Pass lastRows() {
    int[] last = new int[sequences.count()];
    int end = -1;
    for (int i = 0; i < last.length; i++) {
      end += sequences.length(i);
      last[i] = end;
    }
    return rows(last);
  }

  /** The same pass, giving the value of each sequence's first row alone. */
  public Pass firstRows() {
    int[] first = new int[sequences.count()];
    for (int i = 1; i < first.length; i++) {
      first[i] = first[i - 1] + sequences.length(i - 1);
    }
    return rows(first);
  }

  /** The same pass, with the text of a pair that each token belongs to, 0 or 1. */
  public Pass typed(int... typesOfTokens) {
    return new Pass(tokens, sequences, rows, mode, cache, choices, Optional.of(typesOfTokens));
  }

  /** The same pass, continuing what those sequences of a cache hold. */
  public Pass after(KvCache.Selection selection) {
    return new Pass(tokens, sequences, rows, mode, Optional.of(selection), choices, types);
  }

  /** The same pass, with the variant of the graph that each sequence chooses; 0 for none. */
  public Pass choosing(int... variants) {
    return new Pass(tokens, sequences, rows, mode, cache, Optional.of(variants), types);
  }

  /** The choice of every token's sequence. */
  Optional<int[]> choicesOfRows() {
    return choices.map(
        chosen ->
            IntStream.range(0, chosen.length)
                .flatMap(i -> IntStream.range(0, sequences.length(i)).map(row -> chosen[i]))
                .toArray());
  }

  /** The position of every token in its sequence, counting what the cache holds. */
  long[] positions() {
    long[] positions = new long[tokens.length];
    int row = 0;
    for (int i = 0; i < sequences.count(); i++) {
      int start = held(i);
      for (int j = 0; j < sequences.length(i); j++) {
        positions[row++] = start + j;
      }
    }
    return positions;
  }

  private int held(int sequence) {
    return cache.map(selection -> selection.length(sequence)).orElse(0);
  }
}
