package dev.lorax.cli.export;

import dev.lorax.checkpoint.AtomicFolder;
import dev.lorax.gguf.GgufAdapter;
import dev.lorax.gguf.GgufType;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The adapter as a GGUF file. */
final class GgufTarget implements ExportTarget {
  @Override
  public String readers() {
    return "llama.cpp and Ollama, as adapter.gguf";
  }

  @Override
  public Optional<GgufType> type() {
    return Optional.of(GgufType.F32);
  }

  @Override
  public List<String> write(Path folder, Export export) {
    GgufType type = export.type().orElseThrow();
    AtomicFolder.create(
        folder,
        temporary ->
            GgufAdapter.write(
                temporary.resolve("adapter.gguf"), export.base(), export.adapter(), type));
    return List.of();
  }
}
