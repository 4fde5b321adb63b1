package dev.lorax.graph;

/** Derives many seeds from one, so that each place and step has its own. */
public final class Seeds {
  private Seeds() {}

  /** A well-mixed seed for the same ingredients, by the finaliser of SplitMix64 (Steele 2014). */
  public static long mix(long seed, long... ingredients) {
    long mixed = scramble(seed);
    for (long ingredient : ingredients) {
      mixed = scramble(mixed + 0x9E3779B97F4A7C15L + ingredient);
    }
    return mixed;
  }

  private static long scramble(long z) {
    long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
    return b ^ (b >>> 31);
  }
}
