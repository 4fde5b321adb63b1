package dev.lorax.cli.training;

import dev.lorax.classify.Scores;
import dev.lorax.lora.Adapter;
import dev.lorax.train.Batches;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** What a run learns from and is measured on, wherever it comes from. */
public interface Material extends AutoCloseable {
  /** Samples that one pass over it has. */
  long perEpoch();

  /** What its samples are, for people: {@code windows of 256 tokens}. */
  String unit();

  /**
   * What is learned from, in an order that the seed decides.
   *
   * @param size samples of a batch
   */
  Batches batches(int size, long seed);

  /**
   * What is measured on and never learned from.
   *
   * @param size samples of a batch
   * @return empty if nothing is held out
   */
  Optional<HeldOut> heldOut(int size);

  /** The most tokens that a sequence may have. */
  int limit();

  /** Tokens of the longest sequence, about. */
  int longest();

  /** Tokens of a sample on average. */
  double meanTokens();

  /**
   * Tokens of the largest batch that is to be expected.
   *
   * @param size samples of a batch
   */
  int mostTokens(int size);

  /**
   * The beginning of a text that the model is to go on with, held out if there is one; no tokens
   * where the model writes none.
   */
  int[] beginning();

  /**
   * What measures how well an adapter, as it is when asked, tells the held-out texts apart.
   *
   * @return empty if the model chooses no classes: its loss is all that is measured
   */
  default Optional<Supplier<Scores>> scores(Adapter adapter) {
    return Optional.empty();
  }

  /** What there is, a line each, for people. */
  List<String> facts();

  /**
   * Where a person finds what a sequence of a batch was made of.
   *
   * @return empty if there are no samples with places of their own
   */
  default Optional<String> place(long batch, int sequence) {
    return Optional.empty();
  }

  @Override
  default void close() {}
}
