package dev.lorax.cli.run;

import dev.lorax.checkpoint.AtomicFolder;
import dev.lorax.cli.console.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The checkpoints of a run, one folder each, named by its step.
 *
 * @param folder that holds them; it appears with the first
 */
record Checkpoints(Path folder) {
  private static final Pattern NAME = Pattern.compile("step-(\\d{8,})");

  /**
   * Writes one, if it is not there yet.
   *
   * @throws dev.lorax.checkpoint.CheckpointException if it cannot be written; the others stay
   */
  void write(long step, AtomicFolder.Body body) {
    Path target = folder.resolve("step-%08d".formatted(step));
    if (!Files.exists(target)) {
      AtomicFolder.create(target, body);
    }
  }

  /** The newest; empty if there is none yet. */
  Optional<Path> newest() {
    List<Path> all = all();
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
  }

  /** Removes all but the newest ones. */
  void keep(int count) {
    List<Path> all = all();
    all.subList(0, Math.max(0, all.size() - count)).forEach(Checkpoints::remove);
  }

  /** Under another name first: a checkpoint that is half gone must not look like one. */
  private static void remove(Path checkpoint) {
    Path hidden = checkpoint.resolveSibling(".%s.tmp".formatted(checkpoint.getFileName()));
    try {
      Files.move(checkpoint, hidden, StandardCopyOption.ATOMIC_MOVE);
      AtomicFolder.delete(hidden);
    } catch (IOException leftOver) {
      // It takes room, and nothing else.
    }
  }

  /** By step. */
  private List<Path> all() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(folder)) {
      return folders
          .filter(path -> NAME.matcher(path.getFileName().toString()).matches())
          .sorted(Comparator.comparingLong(Checkpoints::step))
          .toList();
    } catch (IOException failed) {
      throw Failure.unreadable(folder, failed);
    }
  }

  private static long step(Path checkpoint) {
    return Long.parseLong(checkpoint.getFileName().toString().substring("step-".length()));
  }
}
