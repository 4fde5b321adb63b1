package dev.lorax.mlx;

import dev.lorax.lora.Adapter;
import dev.lorax.model.LanguageModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Set;

/** Reads and writes adapters as mlx-lm's {@code load_adapters} reads them. */
public final class MlxFolder {
  static final String FILE = "adapters.safetensors";

  private MlxFolder() {}

  /** The types of models, as config.json says them, whose modules' names in mlx-lm are known. */
  public static Set<String> modelTypes() {
    return Collections.unmodifiableSet(MlxNames.CHANGED.keySet());
  }

  /** Whether a folder holds an adapter of mlx-lm, by its files. */
  public static boolean is(Path folder) {
    return Files.exists(folder.resolve(FILE));
  }

  /**
   * Reads an adapter for a base; its values become float32.
   *
   * @throws dev.lorax.checkpoint.CheckpointException if anything is missing, left over or
   *     mis-shaped (one message lists all of it), or is neither LoRA nor DoRA
   * @throws IllegalArgumentException if the base is of none of the {@link #modelTypes}
   */
  public static Adapter read(Path folder, LanguageModel base) {
    return new MlxReader(folder, base).read();
  }

  /**
   * Writes an adapter in float32. Modules get one rank and one scale, and those that the format
   * cannot leave out in some layers get products of zeros: the model stays the same.
   *
   * @param folder a new or empty folder; it appears whole or not at all
   * @throws IllegalArgumentException if the format has no place for something (named)
   * @throws dev.lorax.checkpoint.CheckpointException if the folder is not empty or cannot be
   *     written
   */
  public static void write(Path folder, LanguageModel base, Adapter adapter) {
    new MlxWriter(base, adapter).write(folder);
  }
}
