package dev.lorax.cli.hub;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.elixir.ElixirAdapter;
import dev.lorax.gguf.GgufAdapter;
import dev.lorax.lora.Adapter;
import dev.lorax.mlx.MlxFolder;
import dev.lorax.peft.PeftFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The formats in which adapters are read. */
public enum AdapterFormat {
  /** PEFT's folder, and what is none of the others. */
  PEFT,
  /** mlx-lm's folder. */
  MLX,
  /** A file of llama.cpp. */
  GGUF,
  /** A file of the Elixir package, which does not say its alpha. */
  LORAX;

  /** That of a folder or a file, which need not exist. */
  public static AdapterFormat of(Path place) {
    if (Files.isDirectory(place)) {
      return MlxFolder.is(place) ? MLX : PEFT;
    }
    return Stream.of(GGUF, LORAX)
        .filter(file -> place.toString().endsWith("." + file))
        .findFirst()
        .orElse(PEFT);
  }

  /** Reads an adapter for a base; an alpha is there where the format needs one. */
  Adapter read(Path place, Checkpoint base, Optional<Double> alpha) {
    return switch (this) {
      case PEFT -> PeftFolder.read(place, base);
      case MLX -> MlxFolder.read(place, base);
      case GGUF -> GgufAdapter.read(place, base);
      case LORAX -> ElixirAdapter.read(place, base, alpha.orElseThrow());
    };
  }

  /** What an adapter says that it was trained on, where its format can say it. */
  static Optional<String> trainedOn(Path place) {
    return of(place) == PEFT ? PeftFolder.trainedOn(place) : Optional.empty();
  }

  /** As a target of {@code lorax export} is called, and as a file's name ends. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
