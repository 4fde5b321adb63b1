package dev.lorax.cli.bench;

import java.util.OptionalLong;
import java.util.function.IntConsumer;

/**
 * Work that was done some times to warm up, then some times while it was measured.
 *
 * @param warmup how many did not count
 * @param millis the time of each that counted
 * @param memory the most memory held meanwhile
 */
record Repetition(int warmup, Spread millis, MemoryWatch.Memory memory) {
  /** Does and times it; the work is told its number, from 0, those of the warm-up included. */
  static Repetition of(int warmup, int count, IntConsumer work) {
    double[] millis = new double[count];
    try (MemoryWatch memory = new MemoryWatch()) {
      for (int i = 0; i < warmup + count; i++) {
        long start = System.nanoTime();
        work.accept(i);
        if (i >= warmup) {
          millis[i - warmup] = (System.nanoTime() - start) / 1e6;
        }
      }
      return new Repetition(warmup, Spread.of(millis), memory.seen());
    }
  }

  /** The same with the peak of memory that was expected. */
  Repetition expecting(long bytes) {
    return new Repetition(
        warmup,
        millis,
        new MemoryWatch.Memory(memory.peak(), memory.anonymous(), OptionalLong.of(bytes)));
  }

  /** The same with another time for each. */
  Repetition minus(double overhead, double divisor) {
    Spread m = millis;
    return new Repetition(
        warmup,
        new Spread(
            m.count(),
            (m.min() - overhead) / divisor,
            (m.lower() - overhead) / divisor,
            (m.median() - overhead) / divisor,
            (m.upper() - overhead) / divisor,
            (m.max() - overhead) / divisor),
        memory);
  }
}
