package dev.lorax.cli.export;

import dev.lorax.checkpoint.AtomicFolder;
import dev.lorax.gguf.GgufModel;
import dev.lorax.gguf.GgufType;
import dev.lorax.lora.Merge;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The model with the adapter merged into it, as a GGUF file. */
final class MergedGgufTarget implements ExportTarget {
  @Override
  public String readers() {
    return "llama.cpp and Ollama, as model.gguf that needs no adapter";
  }

  @Override
  public Optional<GgufType> type() {
    return Optional.of(GgufType.F16);
  }

  @Override
  public List<String> write(Path folder, Export export) {
    GgufType type = export.type().orElseThrow();
    List<String> notes = new ArrayList<>();
    try (Merge merge = Merge.of(export.base(), export.adapter())) {
      AtomicFolder.create(
          folder,
          temporary ->
              notes.addAll(
                  GgufModel.write(temporary.resolve("model.gguf"), export.base(), merge, type)));
    }
    return notes;
  }
}
