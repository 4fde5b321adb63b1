package dev.lorax.gguf;

import dev.lorax.chat.ChatTemplate;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.graph.Parameterized;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes whole models as GGUF, for llama.cpp and Ollama. */
public final class GgufModel {
  private static final int QUANTIZATION_VERSION = 2;

  private GgufModel() {}

  /**
   * Writes a model with its tokenizer and, where its folder has one, its chat template.
   *
   * <p>Matrices get the type; norms, biases and learned positions stay float32, and with {@link
   * GgufType#Q8_0} a matrix whose rows are no multiple of 32 becomes float16.
   *
   * @param file appears whole or not at all
   * @param base the checkpoint whose architecture and tokenizer it is
   * @param model what to write: the base itself, or a merge of it
   * @return what llama.cpp will do otherwise than this library does, each in a sentence; most often
   *     nothing
   * @throws IllegalArgumentException if llama.cpp cannot compute this architecture (named)
   * @throws dev.lorax.checkpoint.CheckpointException if llama.cpp would cut texts into other tokens
   *     than the tokenizer does, or the file cannot be written
   */
  public static List<String> write(Path file, Checkpoint base, Parameterized model, GgufType type) {
    GgufMap map = GgufMap.of(base.architecture(), model.graph());
    GgufFields sizes = GgufHyperparameters.of(base.architecture());
    GgufTokenizer tokenizer = GgufTokenizer.of(base);
    List<String> warnings = new ArrayList<>(sizes.warnings());
    warnings.addAll(tokenizer.warnings());
    Map<String, GgufTensor> layout = new LinkedHashMap<>();
    sizes
        .tensors()
        .forEach(
            (name, numbers) ->
                layout.put(name, new GgufTensor(GgufType.F32, Shape.of(numbers.length))));
    map.shapes().forEach((name, shape) -> layout.put(name, stored(name, shape, type)));
    warnOfHalves(layout, type, warnings);
    Map<String, GgufValue> metadata = general(map, base, type);
    metadata.putAll(sizes.values());
    metadata.putAll(tokenizer.values());
    GgufWriter.write(
        file,
        metadata,
        layout,
        name ->
            Optional.ofNullable(sizes.tensors().get(name))
                .map(numbers -> Tensor.of(numbers, numbers.length))
                .orElseGet(() -> map.tensor(name, model.parameters())));
    return List.copyOf(warnings);
  }

  private static GgufTensor stored(String name, Shape shape, GgufType type) {
    boolean plain = shape.rank() < 2 || name.startsWith("position_embd.");
    return plain ? new GgufTensor(GgufType.F32, shape) : GgufTensor.matrix(type, shape);
  }

  private static void warnOfHalves(
      Map<String, GgufTensor> layout, GgufType type, List<String> warnings) {
    List<String> halves =
        layout.entrySet().stream()
            .filter(entry -> entry.getValue().type() == GgufType.F16 && type != GgufType.F16)
            .map(Map.Entry::getKey)
            .toList();
    if (!halves.isEmpty()) {
      warnings.add(
          "%d tensors, such as %s, have rows that are no multiple of %d: they are f16, not %s"
              .formatted(halves.size(), halves.get(0), type.block(), type));
    }
  }

  private static Map<String, GgufValue> general(GgufMap map, Checkpoint base, GgufType type) {
    Map<String, GgufValue> values = new LinkedHashMap<>();
    values.put("general.architecture", GgufValue.of(map.architecture()));
    values.put("general.type", GgufValue.of("model"));
    Path name = base.folder().toAbsolutePath().normalize().getFileName();
    values.put("general.name", GgufValue.of(String.valueOf(name)));
    values.put("general.file_type", GgufValue.of(type.fileType()));
    values.put("general.quantization_version", GgufValue.of(QUANTIZATION_VERSION));
    ChatTemplate.source(base.folder())
        .ifPresent(source -> values.put("tokenizer.chat_template", GgufValue.of(source)));
    return values;
  }
}
