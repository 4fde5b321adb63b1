package dev.lorax.generate;

import dev.lorax.graph.Sequences;
import dev.lorax.run.KvCache;
import dev.lorax.run.Pass;
import dev.lorax.run.Session;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Decodes sequences together, one id each at a time, until each has ended; knows nothing of text.
 *
 * <p>Nothing is padded: a pass holds the new ids of the sequences that still run. Native memory
 * between passes is the key-value cache alone, and a sequence's part of it goes when it ends.
 */
final class Decoding implements AutoCloseable {
  /** Room that the cache takes at once for new tokens; beyond, it grows by doubling. */
  private static final int ROOM = 1024;

  private final Session session;
  private final Limits limits;
  private final List<Decoded> sequences;
  private final KvCache cache;
  private final int promptTokens;
  private int passes;
  private long promptNanos;
  private long decodingNanos;

  Decoding(Session session, List<int[]> prompts, Sampling sampling, Limits limits) {
    this.session = session;
    this.limits = limits;
    sequences =
        IntStream.range(0, prompts.size())
            .mapToObj(i -> new Decoded(i, prompts.get(i), sampling.forSequence(i).sampler()))
            .toList();
    promptTokens = prompts.stream().mapToInt(prompt -> prompt.length).sum();
    int longest = prompts.stream().mapToInt(prompt -> prompt.length).max().orElse(0);
    long expected = (long) longest + Math.min(limits.maxTokens(), ROOM);
    cache = new KvCache(prompts.size(), (int) Math.min(limits.context(), expected));
    sequences.stream()
        .filter(sequence -> sequence.length() >= limits.context())
        .forEach(sequence -> sequence.end(StopReason.CONTEXT_FULL));
  }

  /** All sequences, in the order of their prompts. */
  List<Decoded> sequences() {
    return sequences;
  }

  /** Whether a sequence has not ended. */
  boolean isRunning() {
    return sequences.stream().anyMatch(Decoded::isRunning);
  }

  /**
   * Decodes one id of every sequence that runs.
   *
   * @return those sequences; some may have ended now
   */
  List<Decoded> step() {
    long start = System.nanoTime();
    List<Decoded> running = sequences.stream().filter(Decoded::isRunning).toList();
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      Tensor logits = session.run(pass(running), scope);
      for (int i = 0; i < running.size(); i++) {
        advance(running.get(i), logits.narrow(0, i, 1).toFloats());
      }
    }
    measure(System.nanoTime() - start);
    return running;
  }

  private Pass pass(List<Decoded> running) {
    List<int[]> fresh = running.stream().map(Decoded::fresh).toList();
    int[] tokens = fresh.stream().flatMapToInt(Arrays::stream).toArray();
    int[] numbers = running.stream().mapToInt(Decoded::number).toArray();
    return Pass.of(tokens, Sequences.of(fresh)).lastRows().after(cache.select(numbers));
  }

  private void advance(Decoded sequence, float[] logits) {
    sequence.advance(logits);
    StopReason reason =
        limits.reason(sequence.last(), sequence.generatedCount(), sequence.length());
    if (reason != null) {
      end(sequence, reason);
    }
  }

  /** Ends a sequence for a reason that its ids do not tell, or a stronger one. */
  void end(Decoded sequence, StopReason reason) {
    sequence.end(reason);
    cache.clear(sequence.number());
  }

  private void measure(long nanos) {
    if (passes++ == 0) {
      promptNanos = nanos;
    } else {
      decodingNanos += nanos;
    }
  }

  Measurement measurement() {
    int generated = sequences.stream().mapToInt(Decoded::generatedCount).sum();
    int first = (int) sequences.stream().filter(s -> s.generatedCount() > 0).count();
    return new Measurement(
        promptTokens,
        first,
        generated - first,
        Duration.ofNanos(promptNanos),
        Duration.ofNanos(decodingNanos));
  }

  @Override
  public void close() {
    cache.close();
  }
}
