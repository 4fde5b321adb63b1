package dev.lorax.data;

/**
 * The numbers below n in an order that looks shuffled, with no array: a million samples and ten
 * take the same memory, and any place of the order is known at once.
 *
 * <p>It is a Feistel network over the next power of four; a number that falls outside is sent
 * through again until it is inside, which keeps the mapping one to one (Black and Rogaway, Ciphers
 * with Arbitrary Finite Domains, 2002, "cycle walking").
 *
 * @param n how many numbers there are, from 0 on
 * @param seed which of the orders; seeds that follow each other give unrelated ones
 */
public record Permutation(long n, long seed) {
  private static final int ROUNDS = 6;
  private static final int FEWEST_BITS = 3; // of a half; fewer have too few orders
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  /** Checks the size. */
  public Permutation {
    if (n < 0 || n > 1L << 60) {
      throw new IllegalArgumentException("A permutation is of 0 to 2^60 numbers, not " + n);
    }
  }

  /** The number at that place of the order. */
  public long at(long place) {
    if (place < 0 || place >= n) {
      throw new IndexOutOfBoundsException("place %d of %d".formatted(place, n));
    }
    int half = Math.max(FEWEST_BITS, (65 - Long.numberOfLeadingZeros(n - 1)) / 2);
    long number = place;
    do {
      number = network(number, half);
    } while (number >= n);
    return number;
  }

  private long network(long number, int half) {
    long mask = (1L << half) - 1;
    long left = number >>> half;
    long right = number & mask;
    for (int round = 1; round <= ROUNDS; round++) {
      long next = left ^ (scramble(scramble(seed + round * GOLDEN) + right) & mask);
      left = right;
      right = next;
    }
    return left << half | right;
  }

  /** The finaliser of SplitMix64 (Steele 2014). */
  private static long scramble(long z) {
    long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
    return b ^ (b >>> 31);
  }
}
