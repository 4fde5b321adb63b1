package dev.lorax.gguf;

import dev.lorax.lora.Adapter;
import dev.lorax.model.LanguageModel;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads and writes adapters as llama.cpp's {@code --lora} takes them, over the base in GGUF.
 *
 * <p>A file has one alpha, and scales a product by {@code alpha / rank}; an adapter with another
 * scale has the difference in its B.
 */
public final class GgufAdapter {
  static final String ALPHA = "adapter.lora.alpha";

  private GgufAdapter() {}

  static String a(String module) {
    return module + ".weight.lora_a";
  }

  static String b(String module) {
    return module + ".weight.lora_b";
  }

  /**
   * Writes an adapter.
   *
   * @param file appears whole or not at all
   * @param type of A and B; with {@link GgufType#Q8_0} matrices whose rows are no multiple of 32
   *     become float16, as most of B
   * @throws IllegalArgumentException if GGUF or llama.cpp has no place for a part of it (named)
   * @throws dev.lorax.checkpoint.CheckpointException if the file cannot be written
   */
  public static void write(Path file, LanguageModel base, Adapter adapter, GgufType type) {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      AdapterTensors parts = new AdapterTensors(base, adapter);
      Map<String, Tensor> tensors = parts.tensors();
      Map<String, GgufTensor> layout = new LinkedHashMap<>();
      tensors.forEach((name, tensor) -> layout.put(name, GgufTensor.matrix(type, tensor.shape())));
      Map<String, GgufValue> metadata = new LinkedHashMap<>();
      metadata.put("general.architecture", GgufValue.of(parts.architecture()));
      metadata.put("general.type", GgufValue.of("adapter"));
      metadata.put("general.file_type", GgufValue.of(type.fileType()));
      metadata.put("adapter.type", GgufValue.of("lora"));
      metadata.put(ALPHA, GgufValue.of(parts.alpha()));
      GgufWriter.write(file, metadata, layout, tensors::get);
    }
  }

  /**
   * Checks that an adapter can be written: before long training, for example.
   *
   * @throws IllegalArgumentException if GGUF or llama.cpp has no place for a part of it (named)
   */
  public static void check(LanguageModel base, Adapter adapter) {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      new AdapterTensors(base, adapter);
    }
  }

  /**
   * Reads an adapter for a base; its values become float32.
   *
   * @throws dev.lorax.checkpoint.CheckpointException if it is none, or anything is missing, left
   *     over or mis-shaped (one message lists all of it)
   */
  public static Adapter read(Path file, LanguageModel base) {
    return new AdapterReader(file, base).read();
  }
}
