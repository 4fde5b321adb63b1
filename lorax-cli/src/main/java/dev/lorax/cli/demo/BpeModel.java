package dev.lorax.cli.demo;

import java.util.List;

/**
 * A byte-level BPE vocabulary: its tokens in the order of their ids, and its merges in the order of
 * their rank.
 *
 * <p>Tokens are written in GPT-2's printable byte alphabet, where a space is {@code Ġ}; a merge is
 * two tokens with a space between them. Id 0 is {@link #END_OF_TEXT}.
 *
 * @param tokens the tokens, each at the index that is its id
 * @param merges the merges, first learned first
 */
public record BpeModel(List<String> tokens, List<String> merges) {
  /** The special token that ends a text, and never occurs inside one. */
  public static final String END_OF_TEXT = "<|endoftext|>";

  /** Copies the lists. */
  public BpeModel {
    tokens = List.copyOf(tokens);
    merges = List.copyOf(merges);
  }
}
