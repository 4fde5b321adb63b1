package dev.lorax.peft;

import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.checkpoint.Weights;
import dev.lorax.lora.Adapter;
import dev.lorax.model.LanguageModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads one adapter folder for one base, strictly. */
final class PeftReader {
  static final String FILE = "adapter_model.safetensors";
  private static final String PICKLE = "adapter_model.bin";

  private final Path folder;
  private final LanguageModel base;
  private final PeftConfig config;

  PeftReader(Path folder, LanguageModel base) {
    this.folder = folder;
    this.base = base;
    this.config = PeftConfigReader.read(folder);
  }

  Adapter read() {
    try (Weights tensors = open(folder);
        PeftDraft draft = new PeftDraft(base)) {
      PeftFile file = new PeftFile(tensors);
      List<PeftPart> parts =
          List.of(
              new PeftMatrices(config, base),
              new PeftTokens(config, base),
              new PeftCopies(config, base));
      parts.forEach(part -> part.check(file));
      file.requireFit(folder);
      parts.forEach(part -> part.load(file, draft));
      return draft.finish();
    } catch (IllegalArgumentException unfit) {
      throw new CheckpointException(
          folder, "does not fit this base model: " + unfit.getMessage(), unfit);
    }
  }

  /** The file of today, or the pickle of before 2023. */
  static Weights open(Path folder) {
    Path pickle = folder.resolve(PICKLE);
    boolean old = !Files.exists(folder.resolve(FILE)) && Files.exists(pickle);
    return Weights.openFile(old ? pickle : folder.resolve(FILE));
  }
}
