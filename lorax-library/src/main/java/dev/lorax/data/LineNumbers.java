package dev.lorax.data;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.util.Arrays;

/**
 * On which line of a file a place is.
 *
 * <p>Line breaks are counted once, as far as somebody asks, and kept for each 64 KB: a thousand bad
 * lines at the end of a large file are named as fast as one.
 */
final class LineNumbers {
  private static final int BLOCK = 1 << 16;

  private final RandomAccessFile bytes;
  private final byte[] buffer = new byte[BLOCK];
  private long[] before = new long[16]; // line breaks before each block
  private int known = 1;

  /** Reads that file under its lock. */
  LineNumbers(RandomAccessFile bytes) {
    this.bytes = bytes;
  }

  /** The line that holds a place, in bytes from the file's beginning; the first is 1. */
  long at(long place) throws IOException {
    synchronized (bytes) {
      int block = (int) (place / BLOCK);
      for (; known <= block; known++) {
        if (known == before.length) {
          before = Arrays.copyOf(before, 2 * known);
        }
        before[known] = before[known - 1] + breaks(known - 1, BLOCK);
      }
      return 1 + before[block] + breaks(block, (int) (place % BLOCK));
    }
  }

  /** Line breaks in the first bytes of a block. */
  private int breaks(int block, int count) throws IOException {
    bytes.seek((long) block * BLOCK);
    bytes.readFully(buffer, 0, count);
    int breaks = 0;
    for (int i = 0; i < count; i++) {
      breaks += buffer[i] == '\n' ? 1 : 0;
    }
    return breaks;
  }
}
