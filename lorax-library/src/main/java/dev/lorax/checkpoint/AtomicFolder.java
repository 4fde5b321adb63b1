package dev.lorax.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/**
 * Writes a folder of files that appears all at once, or not at all.
 *
 * <p>The files go to {@code .NAME.….tmp} beside the folder, are forced to the disk, and take the
 * name by a rename. On any failure the temporary folder is deleted and what was there stays.
 */
public final class AtomicFolder {
  private AtomicFolder() {}

  /** Writes the files of a new folder. */
  @FunctionalInterface
  public interface Body {
    /** Writes them into {@code folder}, a temporary place; whatever it throws, the target stays. */
    void write(Path folder) throws IOException;
  }

  /**
   * Writes a folder that does not exist yet, or is empty.
   *
   * @throws CheckpointException if there is something in it, or it cannot be written
   */
  public static void create(Path folder, Body body) {
    requireEmpty(folder);
    write(folder, body);
  }

  /**
   * Writes a folder in place of the old one, with all that was in it.
   *
   * <p>There is an instant between two renames in which no folder has the name; a process killed
   * then leaves both, the old one as {@code .NAME.….tmp}.
   *
   * @throws CheckpointException if it cannot be written, or if the home or the current folder lies
   *     in it
   */
  public static void replace(Path folder, Body body) {
    requireReplaceable(folder);
    write(folder, body);
  }

  /**
   * Writes files into a folder beside what is there; each replaces one of the same name when all of
   * them are on the disk.
   *
   * @throws CheckpointException if one cannot be written
   */
  public static void merge(Path folder, Body body) {
    requireFolder(folder);
    Path target = real(folder);
    Path temporary = AtomicFile.temporary(target.resolve("new"));
    try {
      AtomicFile.makeFolder(target);
      Files.createDirectory(temporary);
      fill(temporary, folder, body);
      for (Path file : content(temporary)) {
        Files.move(file, target.resolve(file.getFileName()), StandardCopyOption.ATOMIC_MOVE);
      }
      AtomicFile.syncFolder(target);
    } catch (IOException failure) {
      throw AtomicFile.failure(folder, "some", failure);
    } finally {
      delete(temporary);
    }
  }

  /**
   * Deletes a folder with all that is in it, or a file, as far as that is possible.
   *
   * <p>It is for what takes room and does no other harm, so that nothing is said about what is left
   * over. Links are deleted, and not what they point to.
   */
  public static void delete(Path folder) {
    try {
      boolean there = Files.exists(folder, LinkOption.NOFOLLOW_LINKS);
      for (Path path : there ? deepestFirst(folder) : List.<Path>of()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException leftOver) {
      // What the caller does besides matters more.
    }
  }

  private static void write(Path folder, Body body) {
    Path target = real(folder);
    Path temporary = AtomicFile.temporary(target);
    try {
      AtomicFile.makeFolder(target.getParent());
      Files.createDirectory(temporary);
      fill(temporary, folder, body);
      move(temporary, target);
    } catch (IOException failure) {
      throw AtomicFile.failure(folder, "some", failure);
    } finally {
      delete(temporary);
    }
  }

  private static void fill(Path temporary, Path folder, Body body) {
    try {
      body.write(temporary);
      for (Path path : deepestFirst(temporary)) {
        if (Files.isDirectory(path)) {
          AtomicFile.syncFolder(path);
        } else {
          AtomicFile.sync(path);
        }
      }
    } catch (IOException failure) {
      String needed = "more than " + size(temporary);
      delete(temporary); // before the free bytes are counted
      throw AtomicFile.failure(folder, needed, failure);
    } catch (CheckpointException failure) {
      throw failure.naming(folder, temporary);
    }
  }

  private static void move(Path temporary, Path target) throws IOException {
    Path old = AtomicFile.temporary(target);
    boolean replaces = Files.exists(target);
    if (replaces) {
      Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
    }
    try {
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException failure) {
      if (replaces) {
        Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
      }
      throw failure;
    }
    AtomicFile.syncFolder(target.getParent());
    delete(old);
  }

  private static void requireEmpty(Path folder) {
    requireFolder(folder);
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> content = Files.list(folder)) {
      if (content.findAny().isPresent()) {
        throw new CheckpointException(folder, "is not empty: choose another or remove it");
      }
    } catch (IOException failure) {
      throw new CheckpointException(
          folder, "cannot be read (%s): check its permissions".formatted(failure), failure);
    }
  }

  private static void requireReplaceable(Path folder) {
    requireFolder(folder);
    Path target = real(folder);
    for (String property : List.of("user.dir", "user.home")) {
      if (real(Path.of(System.getProperty(property))).startsWith(target)) {
        throw new CheckpointException(
            folder, "holds the home or the current folder and is not replaced: choose another");
      }
    }
  }

  private static void requireFolder(Path folder) {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new CheckpointException(folder, "is a file, not a folder: choose another or remove it");
    }
  }

  /** The folder itself, not a link to it: what is written beside it must be on the same disk. */
  private static Path real(Path folder) {
    try {
      return Files.exists(folder) ? folder.toRealPath() : folder.toAbsolutePath().normalize();
    } catch (IOException failure) {
      throw AtomicFile.failure(folder, "some", failure);
    }
  }

  private static long size(Path folder) {
    try {
      long size = 0;
      for (Path path : deepestFirst(folder)) {
        size += Files.isDirectory(path) ? 0 : Files.size(path);
      }
      return size;
    } catch (IOException unknown) {
      return 0;
    }
  }

  private static List<Path> content(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  /** All files and folders below and the folder itself; links are not followed. */
  private static List<Path> deepestFirst(Path folder) throws IOException {
    try (Stream<Path> tree = Files.walk(folder)) {
      List<Path> paths = new ArrayList<>(tree.toList());
      Collections.reverse(paths);
      return paths;
    }
  }
}
