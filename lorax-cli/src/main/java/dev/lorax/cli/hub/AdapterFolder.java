package dev.lorax.cli.hub;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.cli.console.Failure;
import dev.lorax.lora.Adapter;
import dev.lorax.mlx.MlxFolder;
import dev.lorax.peft.PeftFolder;
import java.nio.file.Path;

/** An adapter's folder in any format that is read. */
public final class AdapterFolder {
  private AdapterFolder() {}

  /**
   * Reads it for a base.
   *
   * @throws dev.lorax.checkpoint.CheckpointException if it cannot be read or does not fit
   */
  public static Adapter read(Path folder, Checkpoint base) {
    return Failure.orFail(
        () -> MlxFolder.is(folder) ? MlxFolder.read(folder, base) : PeftFolder.read(folder, base));
  }
}
