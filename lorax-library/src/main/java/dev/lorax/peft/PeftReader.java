package dev.lorax.peft;

import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.checkpoint.Safetensors;
import dev.lorax.checkpoint.Weights;
import dev.lorax.lora.Adapter;
import dev.lorax.model.LanguageModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads one adapter folder for one base, strictly. */
final class PeftReader {
  static final String FILE = "adapter_model.safetensors";

  private final Path folder;
  private final LanguageModel base;
  private final PeftConfig config;

  PeftReader(Path folder, LanguageModel base) {
    this.folder = folder;
    this.base = base;
    this.config = PeftConfigReader.read(folder);
  }

  Adapter read() {
    try (Weights tensors = open()) {
      PeftFile file = new PeftFile(tensors);
      List<PeftPart> parts =
          List.of(
              new PeftMatrices(config, base),
              new PeftTokens(config, base),
              new PeftCopies(config, base));
      parts.forEach(part -> part.check(file));
      file.requireFit(folder);
      PeftDraft draft = new PeftDraft(base);
      parts.forEach(part -> part.load(file, draft));
      return draft.finish();
    } catch (IllegalArgumentException unfit) {
      throw new CheckpointException(
          folder, "does not fit this base model: " + unfit.getMessage(), unfit);
    }
  }

  private Weights open() {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file) && Files.exists(folder.resolve("adapter_model.bin"))) {
      throw new CheckpointException(
          folder,
          "holds adapter_model.bin, a Python pickle; load it with PEFT and save_pretrained it again"
              + " to get "
              + FILE);
    }
    return Safetensors.open(file);
  }
}
