package dev.lorax.checkpoint;

import static dev.lorax.checkpoint.CheckpointException.quote;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Where in a zip file the bytes of its entries lie, for entries that are stored as they are.
 *
 * <p>Java's own reader tells everything but that. Only the table at the end of the file counts;
 * names are names, and nothing is ever unpacked to them.
 */
final class ZipDirectory {
  private static final int END = 0x06054b50;
  private static final int END_64 = 0x06064b50;
  private static final int LOCATOR_64 = 0x07064b50;
  private static final int ENTRY = 0x02014b50;
  private static final int LOCAL = 0x04034b50;
  private static final int END_BYTES = 22;
  private static final int LOCATOR_BYTES = 20;
  private static final int ENTRY_BYTES = 46;
  private static final int LOCAL_BYTES = 30;
  private static final int LONGEST_COMMENT = 0xffff;
  private static final int MOST_BYTES = 32 << 20;
  private static final long ELSEWHERE = 0xffffffffL; // the number is among the extra fields

  /** Where the bytes of an entry begin in the file, and how many they are. */
  record Place(long start, long bytes) {}

  private record Entry(boolean plain, long bytes, long header) {}

  private final Path file;
  private final FileChannel channel;
  private final long start; // of the table
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  private ZipDirectory(Path file, FileChannel channel, long start) {
    this.file = file;
    this.channel = channel;
    this.start = start;
  }

  /** Reads the table of a file; its channel stays in use. */
  static ZipDirectory read(Path file, FileChannel channel) throws IOException {
    long size = channel.size();
    int tail = (int) Math.min(size, END_BYTES + LONGEST_COMMENT);
    ByteBuffer last = bytes(channel, size - tail, tail);
    for (int at = tail - END_BYTES; at >= 0; at--) {
      if (last.getInt(at) == END && unsigned(last, at + 20) == tail - END_BYTES - at) {
        return read(file, channel, size - tail + at, last.position(at));
      }
    }
    throw new CheckpointException(
        file, "has no table of contents at its end: the download was cut; fetch it again");
  }

  private static ZipDirectory read(Path file, FileChannel channel, long at, ByteBuffer end)
      throws IOException {
    long bytes = end.getInt(end.position() + 12) & ELSEWHERE;
    long start = end.getInt(end.position() + 16) & ELSEWHERE;
    long locator = at - LOCATOR_BYTES;
    ByteBuffer link = locator < 0 ? null : bytes(channel, locator, LOCATOR_BYTES);
    if (link != null && link.getInt(0) == LOCATOR_64) {
      long place = link.getLong(8);
      ByteBuffer large = place < 0 || place > locator - 56 ? null : bytes(channel, place, 56);
      if (large == null || large.getInt(0) != END_64) {
        throw damaged(file, "its table of contents leads nowhere");
      }
      bytes = large.getLong(40);
      start = large.getLong(48);
    }
    if (start < 0 || bytes < 0 || start > at || bytes > at - start) {
      throw damaged(file, "its table of contents lies outside of it");
    }
    if (bytes > MOST_BYTES) {
      throw damaged(file, "its table of contents is longer than 32 MiB, more than tensors need");
    }
    ZipDirectory directory = new ZipDirectory(file, channel, start);
    directory.read(bytes(channel, start, (int) bytes));
    return directory;
  }

  private void read(ByteBuffer table) {
    while (table.hasRemaining()) {
      int at = table.position();
      if (table.remaining() < ENTRY_BYTES || table.getInt(at) != ENTRY) {
        throw damaged(file, "its table of contents is broken off");
      }
      int name = unsigned(table, at + 28);
      int extra = unsigned(table, at + 30);
      int rest = name + extra + unsigned(table, at + 32);
      if (table.remaining() - ENTRY_BYTES < rest) {
        throw damaged(file, "its table of contents is broken off");
      }
      byte[] chars = new byte[name];
      table.position(at + ENTRY_BYTES).get(chars);
      String text = new String(chars, StandardCharsets.UTF_8);
      Entry entry = entry(table, at, table.slice(table.position(), extra));
      if (entries.put(text, entry) != null) {
        throw damaged(file, "it holds the entry %s twice".formatted(quote(text)));
      }
      table.position(at + ENTRY_BYTES + rest);
    }
  }

  private static Entry entry(ByteBuffer table, int at, ByteBuffer extra) {
    boolean encrypted = (unsigned(table, at + 8) & 1) != 0;
    boolean compressed = unsigned(table, at + 10) != 0;
    ByteBuffer large = large(extra.order(ByteOrder.LITTLE_ENDIAN));
    long bytes = number(table, at + 24, large);
    long packed = number(table, at + 20, large);
    long header = number(table, at + 42, large);
    return new Entry(!encrypted && !compressed && packed == bytes, bytes, header);
  }

  /** The extra field with the numbers that need 64 bits; empty if there is none. */
  private static ByteBuffer large(ByteBuffer extra) {
    while (extra.remaining() >= 4) {
      int kind = extra.getShort();
      int length = Math.min(extra.getShort() & 0xffff, extra.remaining());
      if (kind == 1) {
        return extra.limit(extra.position() + length);
      }
      extra.position(extra.position() + length);
    }
    return extra.limit(extra.position());
  }

  private static long number(ByteBuffer table, int at, ByteBuffer large) {
    long number = table.getInt(at) & ELSEWHERE;
    return number == ELSEWHERE && large.remaining() >= Long.BYTES ? large.getLong() : number;
  }

  /** The names of all entries, in the table's order. */
  Set<String> names() {
    return entries.keySet();
  }

  /**
   * Where the bytes of an entry lie.
   *
   * @throws CheckpointException if there is no such entry, or its bytes are not as they were
   */
  Place place(String name) throws IOException {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw damaged(file, "it holds no entry " + quote(name));
    }
    if (!entry.plain) {
      String what = "its entry %s is compressed or encrypted, which PyTorch never does: refused";
      throw new CheckpointException(file, what.formatted(quote(name)));
    }
    if (entry.header >= 0 && entry.header <= start - LOCAL_BYTES) {
      ByteBuffer local = bytes(channel, entry.header, LOCAL_BYTES);
      long data = entry.header + LOCAL_BYTES + unsigned(local, 26) + unsigned(local, 28);
      if (local.getInt(0) == LOCAL && entry.bytes >= 0 && entry.bytes <= start - data) {
        return new Place(data, entry.bytes);
      }
    }
    throw damaged(file, "its entry %s is not where it should be".formatted(quote(name)));
  }

  private static int unsigned(ByteBuffer bytes, int at) {
    return bytes.getShort(at) & 0xffff;
  }

  private static ByteBuffer bytes(FileChannel channel, long at, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      if (channel.read(bytes, at + bytes.position()) < 0) {
        throw new EOFException("the file shrank while it was read");
      }
    }
    return bytes.flip();
  }

  private static CheckpointException damaged(Path file, String what) {
    return new CheckpointException(file, what + ": it is damaged; fetch or write it again");
  }
}
