package dev.lorax.cli.run;

import dev.lorax.checkpoint.AtomicFolder;
import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.cli.console.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A folder that a long run will write to: looked at before the run, so that none is in vain. */
public final class OutputFolder {
  private final Path folder;
  private final boolean made;

  private OutputFolder(Path folder, boolean made) {
    this.folder = folder;
    this.made = made;
  }

  /**
   * Makes the folder, and writes beside it once to see that it can be done.
   *
   * @throws Failure if there is something in it, or it cannot be written
   */
  public static OutputFolder prepare(Path folder) {
    if (folder.toString().isEmpty()) {
      throw Failure.usage("--out is empty: name a new or empty folder");
    }
    boolean made = !Files.exists(folder);
    requireEmpty(folder);
    try {
      if (made) {
        Files.createDirectories(folder);
      }
      Files.delete(Files.createTempFile(folder, ".lorax", ".tmp"));
      Path parent = folder.toRealPath().getParent(); // where a folder is written before it is named
      Files.delete(Files.createTempFile(parent, ".lorax", ".tmp"));
      return new OutputFolder(folder, made);
    } catch (IOException failed) {
      throw Failure.unwritable(folder, failed);
    }
  }

  /** A folder that is there, with what is in it. */
  static OutputFolder existing(Path folder) {
    return new OutputFolder(folder, false);
  }

  /**
   * Writes what must not be lost; if that fails, writes it to a new folder among the temporary
   * files instead.
   *
   * @throws Failure if it lies elsewhere now; the message says where
   */
  public void write(Consumer<Path> body) {
    try {
      AtomicFolder.merge(folder, body::accept);
    } catch (CheckpointException failed) {
      Path refuge = Path.of(System.getProperty("java.io.tmpdir"), "lorax-" + System.nanoTime());
      body.accept(refuge);
      throw Failure.of(
          "%s; it is not lost: it lies in %s, move it from there"
              .formatted(failed.getMessage(), refuge),
          failed);
    }
  }

  /** Removes the folder if it was made for nothing. */
  public void abandon() {
    try (Stream<Path> content = Files.list(folder)) {
      if (made && content.findAny().isEmpty()) {
        Files.delete(folder);
      }
    } catch (IOException leftOver) {
      // An empty folder harms nobody.
    }
  }

  /** What a process leaves that was killed before it had begun. */
  private static boolean isLeftOver(Path path) {
    return path.getFileName().toString().matches("\\.lock|\\..+\\.tmp");
  }

  private static void requireEmpty(Path folder) {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw Failure.of(folder + " is a file, not a folder: choose another --out");
    }
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> content = Files.list(folder)) {
      if (content.anyMatch(path -> !isLeftOver(path))) {
        throw Failure.of(folder + " is not empty: choose another --out, or remove it");
      }
    } catch (IOException failed) {
      throw Failure.unreadable(folder, failed);
    }
  }
}
