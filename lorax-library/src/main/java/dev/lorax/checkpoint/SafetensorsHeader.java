package dev.lorax.checkpoint;

import dev.lorax.checkpoint.HeaderParser.Entry;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the first bytes of a safetensors file say, checked against the file's size.
 *
 * <pre>
 * 8 bytes          length of the header, little-endian
 * header           {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, …}
 * the rest         the tensors, one after another, without holes
 * </pre>
 *
 * @param entries by name, in the order of their offsets
 * @param metadata strings by name
 * @param dataStart where in the file the tensors begin
 * @param fileSize the bytes of the whole file
 */
record SafetensorsHeader(
    Map<String, Entry> entries, Map<String, String> metadata, long dataStart, long fileSize) {
  static final int PREFIX = Long.BYTES;

  /** The reference implementation's limit. */
  static final int LONGEST_HEADER = 100_000_000;

  private static final String FETCH = "the download was cut; fetch it again";

  /** Reads and checks the header; allocates nothing before its length was checked. */
  static SafetensorsHeader read(Path file) {
    requireFile(file, "safetensors file");
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      byte[] json = json(file, channel, size);
      HeaderParser parser = HeaderParser.parse(file, json);
      long start = PREFIX + json.length;
      Map<String, Entry> sorted = inOrder(file, parser.entries(), size - start);
      Map<String, String> metadata = Collections.unmodifiableMap(parser.metadata());
      return new SafetensorsHeader(sorted, metadata, start, size);
    } catch (IOException failure) {
      throw new CheckpointException(file, "cannot be read (%s)".formatted(failure), failure);
    }
  }

  static void requireFile(Path file, String kind) {
    if (!Files.exists(file)) {
      throw new CheckpointException(file, "no such file: check the path");
    }
    if (Files.isDirectory(file)) {
      throw new CheckpointException(file, "is a folder: name a " + kind);
    }
    if (!Files.isRegularFile(file)) {
      throw new CheckpointException(file, "is not a regular file: name a " + kind);
    }
  }

  private static byte[] json(Path file, FileChannel channel, long size) throws IOException {
    if (size < PREFIX) {
      String what = "has %d bytes, a safetensors file at least 8: %s";
      throw new CheckpointException(file, what.formatted(size, FETCH));
    }
    byte[] prefix = bytes(channel, PREFIX);
    long length = ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN).getLong();
    requireWeights(file, prefix);
    if (length < 0 || length > LONGEST_HEADER) {
      String what = "announces a header of %s bytes, more than 100 MB: not a safetensors file";
      throw new CheckpointException(file, what.formatted(Long.toUnsignedString(length)));
    }
    if (length > size - PREFIX) {
      String what = "announces a header of %d bytes, but only %d follow: %s";
      throw new CheckpointException(file, what.formatted(length, size - PREFIX, FETCH));
    }
    return bytes(channel, (int) length);
  }

  static void requireWeights(Path file, byte[] prefix) {
    if (new String(prefix, StandardCharsets.ISO_8859_1).startsWith("version ")) {
      throw new CheckpointException(
          file, "is a Git LFS pointer, not the weights: run 'git lfs pull' in its folder");
    }
  }

  private static byte[] bytes(FileChannel channel, int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new EOFException("the file shrank while it was read");
      }
    }
    return buffer.array();
  }

  private static Map<String, Entry> inOrder(Path file, List<Entry> entries, long dataBytes) {
    entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    Map<String, Entry> sorted = new LinkedHashMap<>(entries.size() * 4 / 3 + 1);
    Entry last = null;
    for (Entry entry : entries) {
      requireAdjacent(file, last, entry);
      sorted.put(entry.name(), entry);
      last = entry;
    }
    requireAll(file, last == null ? 0 : last.end(), dataBytes);
    return Collections.unmodifiableMap(sorted);
  }

  private static void requireAdjacent(Path file, Entry last, Entry entry) {
    long end = last == null ? 0 : last.end();
    if (entry.begin() < end) {
      String what = "tensors %s and %s overlap: the file is damaged; fetch or write it again";
      throw new CheckpointException(file, what.formatted(last.quoted(), entry.quoted()));
    }
    if (entry.begin() > end) {
      String what = "%d bytes before tensor %s belong to no tensor: %s";
      String remedy = "the file is damaged; fetch or write it again";
      throw new CheckpointException(
          file, what.formatted(entry.begin() - end, entry.quoted(), remedy));
    }
  }

  private static void requireAll(Path file, long described, long present) {
    if (described > present) {
      String what = "the file ends %d bytes early: %s";
      throw new CheckpointException(file, what.formatted(described - present, FETCH));
    }
    if (described < present) {
      String what = "%d bytes after the last tensor belong to no tensor: %s";
      String remedy = "the file is damaged; fetch or write it again";
      throw new CheckpointException(file, what.formatted(present - described, remedy));
    }
  }
}
