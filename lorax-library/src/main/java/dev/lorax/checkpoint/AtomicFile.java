package dev.lorax.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Writes a file so that readers, crashes and full disks see either the old content or the new.
 *
 * <p>The content goes to {@code .NAME.….tmp} in the same folder, is forced to the disk, and takes
 * the name by a rename. On any failure the temporary file is deleted and the old file stays as it
 * was; only a killed process leaves the temporary file behind. Missing folders are made. Where the
 * target is a symbolic link, the link is replaced, not what it points to.
 */
public final class AtomicFile {
  private static final long UNKNOWN = -1;

  private AtomicFile() {}

  /** Writes the content of a new file, from its first byte to its last. */
  @FunctionalInterface
  public interface Body {
    /** Writes it; whatever it throws, the old file stays. */
    void write(FileChannel channel) throws IOException;
  }

  /**
   * Writes a file whose size is not known beforehand.
   *
   * @throws CheckpointException if it cannot be written, for example because the disk is full
   */
  public static void write(Path file, Body body) {
    write(file, UNKNOWN, body);
  }

  /** Writes a text in UTF-8. */
  public static void write(Path file, String text) {
    byte[] content = text.getBytes(StandardCharsets.UTF_8);
    write(file, content.length, channel -> writeFully(channel, ByteBuffer.wrap(content)));
  }

  /**
   * Writes a file of a known size, which is named if the disk is full.
   *
   * @throws CheckpointException if it cannot be written, for example because the disk is full
   */
  public static void write(Path file, long bytes, Body body) {
    Path target = file.toAbsolutePath();
    if (Files.isDirectory(target)) {
      throw new CheckpointException(file, "is a folder: name a file in it");
    }
    Path temporary = temporary(target);
    try {
      makeFolder(target.getParent());
      try (FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        body.write(channel);
        channel.force(true);
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      syncFolder(target.getParent());
    } catch (IOException failure) {
      String needed = bytes == UNKNOWN ? "more than " + size(temporary) : Long.toString(bytes);
      deleteQuietly(temporary); // before the free bytes are counted
      throw failure(file, needed, failure);
    } finally {
      deleteQuietly(temporary);
    }
  }

  /** Writes all of a content, however often that takes. */
  public static void writeFully(FileChannel channel, ByteBuffer content) throws IOException {
    while (content.hasRemaining()) {
      channel.write(content);
    }
  }

  static Path temporary(Path target) {
    String random = Long.toString(ThreadLocalRandom.current().nextLong(1L << 40), 36);
    return target.resolveSibling(".%s.%s.tmp".formatted(target.getFileName(), random));
  }

  static void makeFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) { // createDirectories stumbles over links before Java 20
      Files.createDirectories(folder);
    }
  }

  static void sync(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  /** Forces names to the disk. Windows and some network file systems cannot: they decide alone. */
  static void syncFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException unsupported) {
      // The rename itself has happened; there is nothing to undo.
    }
  }

  /** One line for what stopped the writing of {@code needed} bytes. */
  static CheckpointException failure(Path target, String needed, IOException failure) {
    if (!isFull(failure)) {
      String what = "cannot be written (%s): check the path and its permissions";
      return new CheckpointException(target, what.formatted(failure), failure);
    }
    String what = "the disk is full: %s bytes are needed%s; make room, or choose another place";
    return new CheckpointException(target, what.formatted(needed, free(target)), failure);
  }

  private static boolean isFull(IOException failure) {
    String reason = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    return reason.contains("no space left")
        || reason.contains("not enough space")
        || reason.contains("quota exceeded");
  }

  private static String free(Path target) {
    try {
      Path folder = target.toAbsolutePath().getParent();
      return ", %d are free".formatted(Files.getFileStore(folder).getUsableSpace());
    } catch (IOException unknown) {
      return "";
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException none) {
      return 0;
    }
  }

  private static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException leftOver) {
      // What stopped the writing matters more.
    }
  }
}
