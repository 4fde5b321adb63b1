package dev.lorax.cli.bench;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntConsumer;
import java.util.function.IntToDoubleFunction;

/**
 * Work that was done some times to warm up, then some times while it was measured.
 *
 * @param warmup how many did not count
 * @param millis the time of each that counted
 * @param memory the most memory held meanwhile
 * @param beside other work; empty: nothing was compared
 */
record Repetition(
    int warmup, Spread millis, MemoryWatch.Memory memory, Optional<Comparison> beside) {
  /** Does and times it; the work is told its number, from 0, those of the warm-up included. */
  static Repetition of(int warmup, int count, IntConsumer work) {
    return timed(warmup, count, i -> millis(() -> work.accept(i)));
  }

  /** The same for work that says itself how many milliseconds count. */
  static Repetition timed(int warmup, int count, IntToDoubleFunction work) {
    double[] millis = new double[count];
    try (MemoryWatch memory = new MemoryWatch()) {
      for (int i = 0; i < warmup + count; i++) {
        double taken = work.applyAsDouble(i);
        if (i >= warmup) {
          millis[i - warmup] = taken;
        }
      }
      return new Repetition(warmup, Spread.of(millis), memory.seen(), Optional.empty());
    }
  }

  /** The same, each time in turn with other work, which is told the same number. */
  static Repetition paired(
      int warmup,
      int count,
      IntToDoubleFunction work,
      Comparison.Other name,
      IntToDoubleFunction other) {
    double[] ratios = new double[count];
    Repetition own =
        timed(
            warmup,
            count,
            i -> {
              double before = i % 2 == 0 ? other.applyAsDouble(i) : 0; // neither is always first
              double taken = work.applyAsDouble(i);
              double besides = i % 2 == 0 ? before : other.applyAsDouble(i);
              if (i >= warmup) {
                ratios[i - warmup] = besides / taken;
              }
              return taken;
            });
    return new Repetition(
        warmup, own.millis, own.memory, Optional.of(new Comparison(name, Spread.of(ratios))));
  }

  /** How long work takes. */
  static double millis(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e6;
  }

  /** The same with the peak of memory that was expected. */
  Repetition expecting(long bytes) {
    return new Repetition(
        warmup,
        millis,
        new MemoryWatch.Memory(memory.peak(), memory.anonymous(), OptionalLong.of(bytes)),
        beside);
  }
}
