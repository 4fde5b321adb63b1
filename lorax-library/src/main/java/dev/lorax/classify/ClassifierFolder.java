package dev.lorax.classify;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.checkpoint.AtomicFolder;
import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.checkpoint.CheckpointFolder;
import dev.lorax.checkpoint.Weights;
import dev.lorax.graph.Parameters;
import dev.lorax.model.Architecture;
import dev.lorax.model.Classifier;
import dev.lorax.model.ModelConfig;
import dev.lorax.model.ModelConfigException;
import dev.lorax.model.Source;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Makes a checkpoint that chooses classes of your own from any BERT or RoBERTa: its encoder as it
 * is, and a new head.
 *
 * <p>What a masked language model has beside the encoder is left out. The new head is drawn at
 * random: train it, beside an adapter ({@link TextClassifier#head}) or with all else.
 */
public final class ClassifierFolder {
  private static final String HEAD = "sequence_classification_head.";
  private static final Map<String, String> NAMES =
      Map.of(
          "bert", "BertForSequenceClassification", "roberta", "RobertaForSequenceClassification");
  private static final List<String> COPIED =
      List.of("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt");

  private ClassifierFolder() {}

  /**
   * Writes the checkpoint in float32; transformers loads it too.
   *
   * @param base a folder with config.json, safetensors and tokenizer.json
   * @param folder a new or empty folder; it appears whole or not at all
   * @param labels the names of the classes, at least 2
   * @param seed the same seed gives the same head
   * @throws CheckpointException if the base lacks a part of its encoder
   * @throws IllegalArgumentException if a class is named twice
   * @throws dev.lorax.model.ModelConfigException if it is no encoder that Lorax knows
   */
  public static void create(Path base, Path folder, List<String> labels, long seed) {
    if (Set.copyOf(labels).size() < labels.size()) {
      throw new IllegalArgumentException("A class is named twice: " + String.join(", ", labels));
    }
    String config = config(base, labels);
    Classifier architecture =
        (Classifier)
            Architecture.of(ModelConfig.parse(config, base.resolve("config.json").toString()));
    try (Parameters parameters = parameters(base, architecture, seed)) {
      AtomicFolder.create(
          folder,
          temporary -> {
            CheckpointFolder.writeWeights(temporary, architecture, parameters, DType.F32);
            Files.writeString(temporary.resolve("config.json"), config);
            for (String name : COPIED) {
              if (Files.exists(base.resolve(name))) {
                Files.copy(base.resolve(name), temporary.resolve(name));
              }
            }
          });
    }
  }

  /** The base's config.json for these classes. */
  private static String config(Path base, List<String> labels) {
    Path file = base.resolve("config.json");
    String type = ModelConfig.read(file).text("model_type");
    String name = NAMES.get(type);
    if (name == null) {
      throw new ModelConfigException(
          "%s: '%s' is no encoder; known are bert, roberta".formatted(file, type));
    }
    try {
      ObjectNode json = (ObjectNode) new ObjectMapper().readTree(file.toFile());
      json.putArray("architectures").add(name);
      json.remove(List.of("num_labels", "problem_type", "dtype"));
      json.put("torch_dtype", "float32");
      ObjectNode names = json.putObject("id2label");
      ObjectNode numbers = json.putObject("label2id");
      for (int i = 0; i < labels.size(); i++) {
        names.put(String.valueOf(i), labels.get(i));
        numbers.put(labels.get(i), i);
      }
      return json.toPrettyString() + "\n";
    } catch (IOException failed) {
      throw new CheckpointException(file, "cannot be read: " + failed.getMessage(), failed);
    }
  }

  private static Parameters parameters(Path base, Classifier architecture, long seed) {
    Map<String, Tensor> values = new LinkedHashMap<>();
    List<String> faults = new ArrayList<>();
    try (Weights files = Weights.open(base);
        Gradients off = Gradients.off()) {
      architecture
          .graph()
          .parameters()
          .forEach(
              (name, shape) -> {
                Source source = architecture.weights().source(name).orElseThrow();
                if (!isNew(architecture, name)) {
                  find(files, architecture, source.tensor())
                      .ifPresent(file -> values.put(name, read(source, file)));
                  fault(name, values.get(name), shape)
                      .ifPresent(fault -> faults.add(source.tensor() + fault));
                }
              });
    }
    if (!faults.isEmpty()) {
      values.values().forEach(Tensor::close);
      throw new CheckpointException(base, "it is no whole encoder: " + String.join("; ", faults));
    }
    Parameters drawn =
        Parameters.initial(
            architecture.graph(),
            node -> node.name().startsWith(HEAD) && !values.containsKey(node.name() + ".weight"),
            seed);
    values.putAll(drawn.asMap());
    return Parameters.of(values);
  }

  /** What is wrong with a value; a head may be missing, since encoders come without. */
  private static Optional<String> fault(String name, Tensor found, Shape wanted) {
    if (found == null) {
      return name.startsWith(HEAD) ? Optional.empty() : Optional.of(" is missing");
    }
    return found.shape().equals(wanted)
        ? Optional.empty()
        : Optional.of(" is %s instead of %s".formatted(found.shape(), wanted));
  }

  private static boolean isNew(Classifier architecture, String parameter) {
    return architecture.head().contains(parameter.substring(0, parameter.lastIndexOf('.')));
  }

  private static Tensor read(Source source, Tensor file) {
    try (file;
        Scope scope = new Scope()) {
      return scope.release(source.read(file).to(DType.F32).copy());
    }
  }

  /** A tensor by its name, or as encoders without a head or of TensorFlow's time have it. */
  private static Optional<Tensor> find(Weights files, Classifier architecture, String tensor) {
    String prefix = architecture.weights().prefix();
    String old =
        tensor
            .replace("LayerNorm.weight", "LayerNorm.gamma")
            .replace("LayerNorm.bias", "LayerNorm.beta");
    return Stream.of(tensor, old)
        .flatMap(name -> Stream.of(name, name.replaceFirst("^" + Pattern.quote(prefix), "")))
        .flatMap(name -> files.find(name).stream())
        .findFirst();
  }
}
