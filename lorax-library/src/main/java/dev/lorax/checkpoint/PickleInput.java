package dev.lorax.checkpoint;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The bytes of a pickle, little-endian; nothing is allocated before it is known to be there. */
final class PickleInput {
  /** Far more than the names and shapes of any model need, and far less than a heap. */
  static final int MOST_BYTES = 32 << 20;

  private static final int LONGEST_LINE = 1000;

  private final Path file;
  private final FileChannel channel;
  private final long start;
  private final long end;
  private final ByteBuffer buffer = ByteBuffer.allocate(8192).limit(0);
  private long position; // of the next byte

  /** Reads from byte {@code start} of the file, at most up to {@code end}. */
  PickleInput(Path file, FileChannel channel, long start, long end) {
    this.file = file;
    this.channel = channel;
    this.start = start;
    this.end = end;
    this.position = start;
  }

  /** Where in the file the next byte is. */
  long position() {
    return position;
  }

  int unsignedByte() throws IOException {
    require(1);
    return next() & 0xff;
  }

  /** A whole number of {@code count} bytes, at most 8, without a sign. */
  long unsigned(int count) throws IOException {
    require(count);
    long value = 0;
    for (int i = 0; i < count; i++) {
      value |= (next() & 0xffL) << 8 * i;
    }
    return value;
  }

  /**
   * The next bytes.
   *
   * @param count as a file says it: a negative one is a number beyond 63 bits
   */
  byte[] bytes(long count) throws IOException {
    require(count);
    byte[] bytes = new byte[(int) count];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = next();
    }
    return bytes;
  }

  String text(long count) throws IOException {
    return new String(bytes(count), StandardCharsets.UTF_8);
  }

  /** The text up to the end of the line. */
  String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = unsignedByte(); c != '\n'; c = unsignedByte()) {
      if (line.length() == LONGEST_LINE) {
        throw fault("has a name of over %d characters".formatted(LONGEST_LINE));
      }
      line.append((char) c);
    }
    return line.toString();
  }

  private void require(long count) {
    if (count < 0 || count > end - position) {
      String what = "its pickle announces %s bytes at byte %d, but only %d follow";
      String told = what.formatted(Long.toUnsignedString(count), position, end - position);
      throw new CheckpointException(file, told + ": the download was cut, or it is damaged");
    }
    if (position + count - start > MOST_BYTES) {
      throw fault("is longer than 32 MiB, more than tensors need");
    }
  }

  private byte next() throws IOException {
    if (!buffer.hasRemaining()) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), end - position));
      if (channel.read(buffer, position) <= 0) {
        throw new EOFException("the file shrank while it was read");
      }
      buffer.flip();
    }
    position++;
    return buffer.get();
  }

  /** Something is wrong just before the next byte. */
  CheckpointException fault(String what) {
    String told = "its pickle %s, at byte %d (the file is damaged; fetch or write it again)";
    return new CheckpointException(file, told.formatted(what, position));
  }

  /** Something is right, but nothing that is read here. */
  CheckpointException refusal(String what) {
    return new CheckpointException(file, what);
  }
}
