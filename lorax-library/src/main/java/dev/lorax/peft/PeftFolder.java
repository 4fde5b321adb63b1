package dev.lorax.peft;

import dev.lorax.checkpoint.Weights;
import dev.lorax.lora.Adapter;
import dev.lorax.model.LanguageModel;
import dev.lorax.tensor.DType;
import java.nio.file.Path;
import java.util.Optional;

/** Reads and writes adapters as PEFT's {@code save_pretrained} does. */
public final class PeftFolder {
  private PeftFolder() {}

  /**
   * Reads an adapter for a base; its values become float32.
   *
   * @throws dev.lorax.checkpoint.CheckpointException if anything is missing, left over or
   *     mis-shaped (one message lists all of it), or if the configuration asks for an option that
   *     is not supported (named)
   */
  public static Adapter read(Path folder, LanguageModel base) {
    return new PeftReader(folder, base).read();
  }

  /**
   * The values of an adapter as they are named in its file, for whoever has no base at hand.
   *
   * @throws dev.lorax.checkpoint.CheckpointException if the file is missing or damaged
   */
  public static Weights weights(Path folder) {
    return PeftReader.open(folder);
  }

  /**
   * What an adapter says that it was trained on: the folder of a model, or its name on the hub,
   * with {@code @REVISION} where it says which.
   *
   * @return empty if it does not say
   * @throws dev.lorax.checkpoint.CheckpointException if its configuration cannot be read
   */
  public static Optional<String> trainedOn(Path folder) {
    PeftConfig config = PeftConfigReader.read(folder);
    return Optional.of(config.base().name())
        .filter(base -> !base.isEmpty())
        .map(base -> base + config.base().revision().map(revision -> "@" + revision).orElse(""));
  }

  /**
   * Writes an adapter in float32.
   *
   * @param folder a new or empty folder; it appears whole or not at all
   * @throws dev.lorax.checkpoint.CheckpointException if the folder is not empty or cannot be
   *     written
   */
  public static void write(Path folder, LanguageModel base, Adapter adapter) {
    write(folder, base, adapter, DType.F32);
  }

  /**
   * Checks that an adapter can be written: before long training, for example.
   *
   * @throws IllegalArgumentException if an adapted node has no place in PEFT's format (named)
   */
  public static void check(LanguageModel base, Adapter adapter) {
    new PeftWriter(base, adapter, DType.F32);
  }

  /**
   * The adapter_config.json that {@link #write} would write.
   *
   * @throws IllegalArgumentException as {@link #check}
   */
  public static String config(LanguageModel base, Adapter adapter) {
    return new PeftWriter(base, adapter, DType.F32).json();
  }

  /** Writes an adapter with values of that type: f32, f16 or bf16. */
  public static void write(Path folder, LanguageModel base, Adapter adapter, DType type) {
    new PeftWriter(base, adapter, type).write(folder);
  }
}
