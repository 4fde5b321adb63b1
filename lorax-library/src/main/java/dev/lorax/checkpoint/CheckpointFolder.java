package dev.lorax.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.graph.Parameters;
import dev.lorax.model.Architecture;
import dev.lorax.model.Source;
import dev.lorax.model.WeightMap;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes checkpoint folders that transformers loads. */
public final class CheckpointFolder {
  private static final List<String> COPIED =
      List.of(
          "generation_config.json",
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "vocab.txt",
          "merges.txt",
          "chat_template.jinja",
          "chat_template.json",
          "tokenizer.model");

  private static final String MORE_TEMPLATES = "additional_chat_templates";

  private CheckpointFolder() {}

  /**
   * Writes a model in the form of the checkpoint that it came from: config, weights, tokenizer.
   *
   * @param folder a new or empty folder; it appears whole or not at all
   * @param base the checkpoint whose config and tokenizer are kept
   * @param parameters values for all of the base's parameters: merged ones, for example
   * @param type of every weight in the file: f32, bf16 or f16
   * @throws CheckpointException if the folder is not empty or cannot be written
   */
  public static void write(Path folder, Checkpoint base, Parameters parameters, DType type) {
    AtomicFolder.create(
        folder,
        temporary -> {
          writeWeights(temporary, base.architecture(), parameters, type);
          Files.writeString(temporary.resolve("config.json"), config(base, parameters, type));
          for (String name : COPIED) {
            Path file = base.folder().resolve(name);
            if (Files.exists(file)) {
              Files.copy(file, temporary.resolve(name));
            }
          }
          copyTemplates(base.folder().resolve(MORE_TEMPLATES), temporary.resolve(MORE_TEMPLATES));
        });
  }

  private static void copyTemplates(Path from, Path to) throws IOException {
    if (Files.isDirectory(from)) {
      Files.createDirectory(to);
      try (DirectoryStream<Path> templates = Files.newDirectoryStream(from, "*.jinja")) {
        for (Path template : templates) {
          Files.copy(template, to.resolve(template.getFileName()));
        }
      }
    }
  }

  /**
   * Writes {@code model.safetensors} alone, for a checkpoint made from scratch: its maker writes
   * config and tokenizer beside it.
   */
  public static void writeWeights(
      Path folder, Architecture architecture, Parameters parameters, DType type) {
    WeightMap map = architecture.weights();
    try (Gradients off = Gradients.off()) {
      SafetensorsWriter.write(
          folder.resolve("model.safetensors"),
          layout(architecture, parameters, type),
          name -> map.write(name, parameters).to(type),
          SafetensorsWriter.FORMAT);
    }
  }

  private static Map<String, TensorInfo> layout(
      Architecture architecture, Parameters parameters, DType type) {
    WeightMap map = architecture.weights();
    Map<String, Source> sources = new LinkedHashMap<>(map.sources());
    untied(map, parameters).forEach(name -> sources.put(name, map.tied().get(name)));
    Map<String, TensorInfo> layout = new TreeMap<>();
    sources.forEach(
        (parameter, source) ->
            layout.put(
                source.tensor(),
                new TensorInfo(type, source.fileShape(parameters.weight(parameter).shape()))));
    return layout;
  }

  /** Parameters that were tied to others, and have values of their own now. */
  private static List<String> untied(WeightMap map, Parameters parameters) {
    return map.tied().keySet().stream().filter(parameters.names()::contains).toList();
  }

  /** The base's config.json with the new element type, under the name that it uses. */
  private static String config(Checkpoint base, Parameters parameters, DType type)
      throws IOException {
    ObjectNode json = (ObjectNode) new ObjectMapper().readTree(base.config().toJson());
    String name =
        switch (type) {
          case F32 -> "float32";
          case BF16 -> "bfloat16";
          case F16 -> "float16";
          default ->
              throw new IllegalArgumentException(
                  "Checkpoints are written as f32, bf16 or f16, not " + type);
        };
    if (!untied(base.architecture().weights(), parameters).isEmpty()) {
      json.put("tie_word_embeddings", false);
    }
    json.remove("quantization_config"); // what is written is plain
    json.put(json.has("dtype") ? "dtype" : "torch_dtype", name);
    return json.toPrettyString() + "\n";
  }
}
