package dev.lorax.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How many tokens samples have. Any thread may add to it and ask it; in memory is one number for
 * each length up to the longest.
 */
public final class TokenStatistics {
  private long[] counts = new long[256]; // of examples, by length
  private long samples;
  private long dropped;
  private long tokens;
  private long learned;
  private long examples;

  /** Takes what became of one sample: none, one, or several examples. */
  public synchronized void add(List<Example> sample) {
    samples++;
    dropped += sample.isEmpty() ? 1 : 0;
    for (Example example : sample) {
      int length = example.tokens().length;
      if (length >= counts.length) {
        counts = Arrays.copyOf(counts, Math.max(length + 1, counts.length * 2));
      }
      counts[length]++;
      examples++;
      tokens += length;
      learned += example.learned();
    }
  }

  /** How many samples were added. */
  public synchronized long samples() {
    return samples;
  }

  /** How many of them gave no example. */
  public synchronized long dropped() {
    return dropped;
  }

  /** How many examples they gave. */
  public synchronized long examples() {
    return examples;
  }

  /** How many tokens those have. */
  public synchronized long tokens() {
    return tokens;
  }

  /** How many of the tokens are learned. */
  public synchronized long learned() {
    return learned;
  }

  /** Tokens of an example on average; 0 if there is none. */
  public synchronized double mean() {
    return examples == 0 ? 0 : (double) tokens / examples;
  }

  /**
   * The least length that this share of the examples does not exceed: 0 gives the shortest, 0.5 the
   * median, 1 the longest; 0 if there is no example.
   */
  public synchronized int percentile(double share) {
    long rank = Math.max(1, (long) Math.ceil(share * examples));
    long seen = 0;
    for (int length = 0; length < counts.length; length++) {
      seen += counts[length];
      if (seen >= rank) {
        return length;
      }
    }
    return 0;
  }

  /** How many examples have more tokens than that. */
  public synchronized long longerThan(int limit) {
    long longer = 0;
    for (int length = limit + 1; length < counts.length; length++) {
      longer += counts[length];
    }
    return longer;
  }

  /**
   * Examples whose lengths are near each other.
   *
   * @param from the least length
   * @param to the largest
   * @param count how many they are
   */
  public record Bin(int from, int to, long count) {}

  /** The lengths from the shortest to the longest in at most that many bins of equal width. */
  public synchronized List<Bin> histogram(int most) {
    List<Bin> bins = new ArrayList<>();
    int longest = percentile(1);
    int width = (longest - percentile(0)) / most + 1;
    for (int from = percentile(0); examples > 0 && from <= longest; from += width) {
      int to = from + width - 1;
      bins.add(new Bin(from, to, longerThan(from - 1) - longerThan(to)));
    }
    return bins;
  }

  /**
   * One line, as in "1,000 examples of 12 to 900 tokens (median 130, 95% up to 512), 123,456 in
   * all, 45% learned".
   */
  @Override
  public synchronized String toString() {
    return String.format(
        Locale.ROOT,
        "%,d examples of %,d to %,d tokens (median %,d, 95%% up to %,d), %,d in all, %.0f%% learned",
        examples,
        percentile(0),
        percentile(1),
        percentile(0.5),
        percentile(0.95),
        tokens,
        tokens == 0 ? 0 : 100.0 * learned / tokens);
  }
}
