package dev.lorax.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The records of a file, read one by one at their place; never the whole file at once.
 *
 * <p>It is read with {@link RandomAccessFile}, since a channel is closed for everyone when one
 * reading thread is interrupted.
 */
final class RecordFile implements AutoCloseable {
  private static final int BUFFER = 1 << 18;

  private final Path file;
  private final Optional<Path> spooled;
  private final RandomAccessFile bytes;
  private final LineNumbers lines;
  private final RecordIndex index = new RecordIndex();

  /** Opens a file, unpacks it to a temporary one if it is packed, and scans it once. */
  RecordFile(Path file, Framing framing) {
    this.file = file;
    try {
      spooled = Container.gzipped(file) ? Optional.of(spool(file)) : Optional.empty();
      bytes = new RandomAccessFile(spooled.orElse(file).toFile(), "r");
    } catch (IOException failed) {
      throw Container.unreadable(file, failed);
    }
    lines = new LineNumbers(bytes);
    try {
      scan(framing);
    } catch (IOException failed) {
      close();
      throw Container.unreadable(file, failed);
    } catch (RuntimeException refused) {
      close();
      throw refused;
    }
  }

  private static Path spool(Path file) throws IOException {
    Path temporary = Files.createTempFile("lorax-", ".unpacked");
    temporary.toFile().deleteOnExit();
    try (InputStream in = Container.unpacked(file);
        OutputStream out = Files.newOutputStream(temporary)) {
      in.transferTo(out);
      return temporary;
    } catch (IOException failed) {
      Files.deleteIfExists(temporary);
      throw new IOException("unpacking to " + temporary + ": " + failed.getMessage(), failed);
    }
  }

  private void scan(Framing framing) throws IOException {
    byte[] buffer = new byte[BUFFER];
    long place = skipByteOrderMark();
    for (int count = bytes.read(buffer); count > 0; count = bytes.read(buffer)) {
      framing.scan(buffer, count, place, index);
      place += count;
    }
    index.finish(place);
    if (framing.unfinished() != null) {
      throw new DataException(file, line(index.count() - 1), framing.unfinished());
    }
  }

  private long skipByteOrderMark() throws IOException {
    boolean marked = bytes.read() == 0xEF && bytes.read() == 0xBB && bytes.read() == 0xBF;
    bytes.seek(marked ? 3 : 0);
    return marked ? 3 : 0;
  }

  Path file() {
    return file;
  }

  Optional<Path> spooled() {
    return spooled;
  }

  int count() {
    return index.count();
  }

  /** How many bytes a record has, with what blank follows it. */
  long length(int record) {
    return index.end(record) - index.start(record);
  }

  /** The bytes of a record, with what blank follows it. */
  byte[] record(int record) {
    long length = length(record);
    if (length > Integer.MAX_VALUE - 8) {
      throw new DataException(file, line(record), "is over 2 GB long");
    }
    byte[] content = new byte[(int) length];
    try {
      synchronized (bytes) {
        bytes.seek(index.start(record));
        bytes.readFully(content);
      }
      return content;
    } catch (IOException failed) {
      throw new DataException(file, "has changed or cannot be read any more", failed);
    }
  }

  /** On which line a record begins, from 1. */
  long line(int record) {
    try {
      return lines.at(record < 0 ? 0 : index.start(record));
    } catch (IOException failed) {
      throw new DataException(file, "has changed or cannot be read any more", failed);
    }
  }

  @Override
  public void close() {
    try {
      bytes.close();
      if (spooled.isPresent()) {
        Files.deleteIfExists(spooled.get());
      }
    } catch (IOException failed) {
      throw Container.unreadable(file, failed);
    }
  }
}
