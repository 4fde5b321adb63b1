package dev.lorax.cli.run;

import dev.lorax.checkpoint.AtomicFolder;
import dev.lorax.cli.console.Failure;
import dev.lorax.cli.recipe.RecipeArguments;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The folder of a run: its recipe, what happened, checkpoints, and the adapter in the end.
 *
 * <p>Checkpoints are folders that appear whole or not at all; a run that is killed at any moment
 * goes on from the newest. One process at a time works in it.
 */
public final class RunFolder implements AutoCloseable {
  private final Path folder;
  private final Checkpoints checkpoints;
  private final OutputFolder output;
  private final boolean isNew;
  private final FileChannel lock;

  private RunFolder(Path folder, OutputFolder output, boolean isNew) {
    this.folder = folder;
    this.checkpoints = new Checkpoints(folder.resolve("checkpoints"));
    this.output = output;
    this.isNew = isNew;
    this.lock = lock(folder);
  }

  /**
   * A new run.
   *
   * @throws Failure if there is something in the folder, or it cannot be written
   */
  public static RunFolder create(Path folder) {
    return new RunFolder(folder, OutputFolder.prepare(folder), true);
  }

  /**
   * The folder of a run that has begun.
   *
   * @throws Failure if there is none, or another process works in it
   */
  public static RunFolder reopen(Path folder) {
    RecipeArguments.requireRun(folder);
    return new RunFolder(folder, OutputFolder.existing(folder), false);
  }

  private static FileChannel lock(Path folder) {
    Path file = folder.resolve(".lock");
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (isHeld(channel)) {
        channel.close();
        throw Failure.of(folder + " is being trained in by another process: wait for its end");
      }
      return channel;
    } catch (IOException failed) {
      throw Failure.unwritable(file, failed);
    }
  }

  private static boolean isHeld(FileChannel channel) throws IOException {
    try {
      FileLock held = channel.tryLock();
      return held == null;
    } catch (OverlappingFileLockException bySameProcess) {
      return true;
    }
  }

  /** Where it lies. */
  public Path path() {
    return folder;
  }

  /**
   * Begins the run: from now on it can be resumed. Where it had begun before, it must be the same.
   *
   * @return whether it is new
   * @throws Failure if it is another; it names what differs
   */
  public boolean begin(RunState state) {
    Optional<RunState> before = begun();
    if (before.isPresent()) {
      before.get().requireSame(state);
      return false;
    }
    state.write(folder);
    state.recipe().write(folder.resolve(RecipeArguments.FILE)); // last: it makes a run of a folder
    return true;
  }

  /**
   * The run as it was begun, whatever it has saved since; empty if it has not begun.
   *
   * @throws Failure if it cannot be read
   */
  public Optional<RunState> begun() {
    return recipe().map(there -> RunState.ofRun(folder));
  }

  /** The recipe's text. */
  public Optional<String> recipe() {
    try {
      return Optional.of(Files.readString(folder.resolve(RecipeArguments.FILE)));
    } catch (IOException gone) {
      return Optional.empty();
    }
  }

  /** Takes back what a new run wrote, where nothing was learned. */
  public void discard() {
    if (isNew && newest().isEmpty()) {
      AtomicFolder.delete(metrics());
      AtomicFolder.delete(folder.resolve(RecipeArguments.FILE));
      AtomicFolder.delete(folder.resolve(RunState.FILE));
    }
  }

  /** Where a line is written for each step. */
  public Path metrics() {
    return folder.resolve("metrics.jsonl");
  }

  /** Where the adapter of the best measurement lies. */
  public Path best() {
    return folder.resolve("best");
  }

  /**
   * Writes a checkpoint, then removes old ones.
   *
   * @param keep how many remain
   * @param body writes everything but the state into the folder it is given
   * @throws dev.lorax.checkpoint.CheckpointException if it cannot be written; the others stay
   */
  public void save(RunState state, int keep, Consumer<Path> body) {
    syncMetrics();
    checkpoints.write(
        state.step(),
        temporary -> {
          body.accept(temporary);
          state.write(temporary);
        });
    checkpoints.keep(keep);
  }

  /** What happened until a checkpoint is on the disk before it is: a run is not saved without. */
  private void syncMetrics() {
    if (Files.exists(metrics())) {
      try (FileChannel channel = FileChannel.open(metrics(), StandardOpenOption.WRITE)) {
        channel.force(true);
      } catch (IOException failed) {
        throw Failure.unwritable(metrics(), failed);
      }
    }
  }

  /** The newest checkpoint; empty if there is none yet. */
  public Optional<Path> newest() {
    return checkpoints.newest();
  }

  /** Removes what a killed process had not finished writing. */
  public void tidy() {
    for (Path place : List.of(folder, checkpoints.folder())) {
      if (Files.isDirectory(place)) {
        try (Stream<Path> content = Files.list(place)) {
          content
              .filter(path -> path.getFileName().toString().matches("\\..+\\.tmp"))
              .forEach(this::tidy);
        } catch (IOException failed) {
          throw Failure.unreadable(place, failed);
        }
      }
    }
  }

  /** Between two renames the best adapter has no name for an instant: it gets it back. */
  private void tidy(Path leftOver) {
    boolean best = leftOver.getFileName().toString().startsWith(".best.") && !Files.exists(best());
    try {
      if (best && Files.exists(leftOver.resolve("adapter_model.safetensors"))) {
        Files.move(leftOver, best(), StandardCopyOption.ATOMIC_MOVE);
        return;
      }
    } catch (IOException stays) {
      // It is found again, or made again by the run.
    }
    AtomicFolder.delete(leftOver);
  }

  /** Writes what must not be lost; see {@link OutputFolder#write}. */
  public void write(Consumer<Path> body) {
    output.write(body);
  }

  /** Lets other processes in; a folder made for nothing goes. */
  @Override
  public void close() {
    try {
      lock.close();
      Files.deleteIfExists(folder.resolve(".lock"));
    } catch (IOException leftOver) {
      // The lock itself ended with its channel.
    }
    output.abandon();
  }
}
