package dev.lorax.cli;

import dev.lorax.checkpoint.Safetensors;
import dev.lorax.checkpoint.SafetensorsWriter;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** A checkpoint of 30,000 parameters with a tokenizer of 97 characters, and a text for it. */
final class TinyModel {
  private static final Path GOLDEN =
      Path.of("..", "lorax-library", "src", "test", "resources", "golden", "gpt2-lora");

  private TinyModel() {}

  /** Makes the folder {@code gpt2} in a folder. */
  static Path in(Path folder) {
    try {
      Path model = Files.createDirectory(folder.resolve("gpt2"));
      Files.copy(GOLDEN.resolve("config.json"), model.resolve("config.json"));
      Files.copy(GOLDEN.resolve("model.safetensors"), model.resolve("model.safetensors"));
      Files.copy(Lorax.resource("tiny/tokenizer.json"), model.resolve("tokenizer.json"));
      return model;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /** Makes a weight of a model NaN. */
  static void spoil(Path model) {
    Path file = model.resolve("model.safetensors");
    try (Scope scope = new Scope();
        Safetensors stored = Safetensors.open(file)) {
      Map<String, Tensor> tensors = new TreeMap<>();
      stored.names().forEach(name -> tensors.put(name, scope.adopt(stored.get(name)).copy()));
      tensors.get("transformer.ln_f.weight").mulInPlace(Double.NaN);
      SafetensorsWriter.write(file, tensors);
    }
  }

  /** Makes the file {@code text.txt} in a folder. */
  static Path text(Path folder) throws IOException {
    String verse =
        "The old keeper of the lamp wrote a line.\nRain, wind, a ship; no more to tell.\n";
    return Files.writeString(folder.resolve("text.txt"), verse.repeat(20));
  }

  /** Makes the adapter folder {@code adapter} in a folder, trained for a few steps. */
  static Path adapter(Path folder, Path model) throws IOException {
    Path adapter = folder.resolve("adapter");
    Lorax.run(
            "train",
            "--model",
            model,
            "--data",
            text(folder),
            "--out",
            adapter,
            "--steps",
            3,
            "--learning-rate",
            0.05,
            "--window",
            16,
            "--sample",
            "")
        .ok();
    return adapter;
  }
}
