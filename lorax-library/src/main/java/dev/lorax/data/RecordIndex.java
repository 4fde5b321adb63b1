package dev.lorax.data;

import java.util.Arrays;

/**
 * Where each record of a file begins, in 4 bytes a record: 4 MB for a million lines.
 *
 * <p>Kept are the lower 32 bits of the places, and at which record each further 4 GiB begins.
 */
final class RecordIndex {
  private int[] low = new int[1024];
  private int count;

  /** The first record at or after each multiple of 4 GiB, from the second on. */
  private int[] borders = new int[0];

  private long end;

  /** Takes the place of the next record, in bytes from the file's beginning. */
  void add(long place) {
    if (count == low.length) {
      low = Arrays.copyOf(low, Math.max(count + 1, (int) Math.min(2L * count, 1 << 30)));
    }
    while (place >>> 32 > borders.length) {
      borders = Arrays.copyOf(borders, borders.length + 1);
      borders[borders.length - 1] = count;
    }
    low[count++] = (int) place;
  }

  /** No more come; the file ends there. */
  void finish(long place) {
    low = Arrays.copyOf(low, count);
    end = place;
  }

  int count() {
    return count;
  }

  /** Where a record begins. */
  long start(int record) {
    long high = 0;
    while (high < borders.length && borders[(int) high] <= record) {
      high++;
    }
    return high << 32 | Integer.toUnsignedLong(low[record]);
  }

  /** Where the next one begins, or the file ends. */
  long end(int record) {
    return record + 1 < count ? start(record + 1) : end;
  }
}
