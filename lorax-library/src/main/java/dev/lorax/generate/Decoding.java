package dev.lorax.generate;

import dev.lorax.graph.Sequences;
import dev.lorax.run.KvCache;
import dev.lorax.run.Pass;
import dev.lorax.run.Session;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
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
  private final int[] variants;
  private final Choosing choice = new Choosing();
  private final int promptTokens;
  private int passes;
  private long promptNanos;
  private long decodingNanos;

  /**
   * Sequences that start with prompts.
   *
   * @param variants the number of each one's variant of the graph; none: the graph has none
   */
  Decoding(
      Session session, List<int[]> prompts, Sampling sampling, Limits limits, int... variants) {
    this.variants = variants;
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
    int[] next = choose(running);
    for (int i = 0; i < next.length; i++) {
      advance(running.get(i), next[i]);
    }
    measure(System.nanoTime() - start);
    return running;
  }

  /** The next id of each; where one cannot be chosen, everything is as before the pass. */
  private int[] choose(List<Decoded> running) {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      return choice.of(session.run(pass(running), scope), running);
    } catch (RuntimeException failed) {
      running.forEach(sequence -> cache.truncate(sequence.number(), sequence.passed()));
      throw failed;
    }
  }

  private Pass pass(List<Decoded> running) {
    List<int[]> fresh = running.stream().map(Decoded::fresh).toList();
    int[] tokens = fresh.stream().flatMapToInt(Arrays::stream).toArray();
    int[] numbers = running.stream().mapToInt(Decoded::number).toArray();
    Pass pass = Pass.of(tokens, Sequences.of(fresh)).lastRows().after(cache.select(numbers));
    return variants.length == 0
        ? pass
        : pass.choosing(Arrays.stream(numbers).map(number -> variants[number]).toArray());
  }

  private void advance(Decoded sequence, int id) {
    sequence.advance(id);
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
