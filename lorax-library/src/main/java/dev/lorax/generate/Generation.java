package dev.lorax.generate;

import dev.lorax.graph.Parameterized;
import dev.lorax.model.LanguageModel;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * A text while it is generated: an iterator over its pieces, each given as soon as it is certain.
 *
 * <pre>{@code
 * try (Generation text = Generation.of(base, adapter).topP(0.8).prompt("<title>")) {
 *   text.forEachRemaining(System.out::print);
 * }
 * }</pre>
 *
 * <p>The pieces together are the text that follows the prompt: never half a character, no end
 * token, nothing of a stop string. A token is computed when a piece is asked for, and leaving early
 * is fine. Model and adapter must stay open until it is closed; one thread uses it at a time.
 */
public final class Generation implements Iterator<String>, AutoCloseable {
  private final Decoding decoding;
  private final Decoded sequence;
  private final Transcript transcript;
  private String piece = "";
  private boolean closed;

  Generation(Decoding decoding, Transcript transcript) {
    this.decoding = decoding;
    this.sequence = decoding.sequences().get(0);
    this.transcript = transcript;
  }

  /** Generates with a model as it is. */
  public static GenerationBuilder of(LanguageModel base) {
    return of(base, base);
  }

  /**
   * Generates with an adapted model.
   *
   * @param base its tokenizer, its context, its end tokens and its frozen values
   * @param adapter the graph to run, and the values that it adds to the base's
   * @throws IllegalArgumentException if together they lack a value or one has another shape
   */
  public static GenerationBuilder of(LanguageModel base, Parameterized adapter) {
    return new GenerationBuilder(base, adapter);
  }

  /** Whether there is more text; computes tokens until there is, or the text has ended. */
  @Override
  public boolean hasNext() {
    while (!closed && piece.isEmpty() && sequence.isRunning()) {
      decoding.step();
      transcript.write(sequence, decoding);
      piece = transcript.take();
    }
    return !closed && !piece.isEmpty();
  }

  /** The next piece of text, which is never empty. */
  @Override
  public String next() {
    if (!hasNext()) {
      throw new NoSuchElementException("The text has ended");
    }
    String next = piece;
    piece = "";
    return next;
  }

  /** Every id generated so far, the one that ended the text included. */
  public int[] ids() {
    return sequence.generated();
  }

  /** Why the text ended; empty while it goes on. */
  public Optional<StopReason> stopReason() {
    return Optional.ofNullable(sequence.reason());
  }

  /** Counts and times so far. */
  public Measurement measurement() {
    return decoding.measurement();
  }

  /** Frees the key-value cache and ends the text where it is; closing twice is fine. */
  @Override
  public void close() {
    closed = true;
    decoding.close();
  }
}
