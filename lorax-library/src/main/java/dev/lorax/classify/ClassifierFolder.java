package dev.lorax.classify;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lorax.checkpoint.Checkpoint;
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
  private static final String CONFIG = "config.json";
  private static final String HEAD = "sequence_classification_head.";
  private static final String KIND = "ForSequenceClassification";
  private static final Map<String, String> NAMES =
      Map.of("bert", "Bert" + KIND, "roberta", "Roberta" + KIND);

  private ClassifierFolder() {}

  /**
   * Writes the checkpoint in float32; transformers loads it too.
   *
   * @param base a folder with config.json, weights and tokenizer.json
   * @param folder a new or empty folder; it appears whole or not at all
   * @param labels the names of the classes, at least 2
   * @param seed the same seed gives the same head
   * @throws CheckpointException if the base lacks a part of its encoder
   * @throws IllegalArgumentException if a class is named twice
   * @throws ModelConfigException if it is no encoder that Lorax knows
   */
  public static void create(Path base, Path folder, List<String> labels, long seed) {
    try (Checkpoint made = open(base, labels, seed, DType.F32)) {
      CheckpointFolder.write(folder, made, made.parameters(), DType.F32);
    }
  }

  /**
   * The same checkpoint in memory alone, with weights of a type.
   *
   * <p>An adapter that {@link dev.lorax.peft.PeftFolder} writes over it holds the head, if that is
   * trained, and a config.json that names the classes ({@link ClassNames}); over the same base and
   * those classes it is read again.
   *
   * @param type {@link DType#F32} or {@link DType#BF16}
   */
  public static Checkpoint open(Path base, List<String> labels, long seed, DType type) {
    if (Set.copyOf(labels).size() < labels.size()) {
      throw new IllegalArgumentException("A class is named twice: " + String.join(", ", labels));
    }
    ModelConfig config = config(base, labels);
    Classifier architecture = (Classifier) Architecture.of(config);
    return Checkpoint.of(base, config, parameters(base, architecture, seed, type));
  }

  /** Whether a folder holds an encoder that chooses no classes, such as a masked language model. */
  public static boolean lacksHead(Path folder) {
    if (!Files.exists(folder.resolve(CONFIG))) {
      return false;
    }
    ModelConfig config = ModelConfig.read(folder.resolve(CONFIG));
    List<String> architectures = config.texts("architectures");
    return NAMES.containsKey(config.text("model_type", ""))
        && !architectures.isEmpty()
        && architectures.stream().noneMatch(name -> name.endsWith(KIND));
  }

  /**
   * The nodes of the head that a checkpoint's folder has no values for: drawn at random, unless an
   * adapter brings them.
   *
   * @return none for a model that chooses no classes
   */
  public static List<String> drawn(Checkpoint checkpoint) {
    if (!(checkpoint.architecture() instanceof Classifier architecture)) {
      return List.of();
    }
    try (Weights files = Weights.open(checkpoint.folder())) {
      return checkpoint.graph().parameters().keySet().stream()
          .filter(name -> name.startsWith(HEAD) && inFile(files, architecture, name).isEmpty())
          .map(ClassifierFolder::node)
          .distinct()
          .toList();
    }
  }

  /** The base's config.json for these classes. */
  private static ModelConfig config(Path base, List<String> labels) {
    Path file = base.resolve(CONFIG);
    ModelConfig read = ModelConfig.read(file);
    String type = read.text("model_type");
    String name = NAMES.get(type);
    if (name == null) {
      throw new ModelConfigException(
          "%s: '%s' is no encoder; known are bert, roberta".formatted(file, type));
    }
    try {
      ObjectNode json = (ObjectNode) new ObjectMapper().readTree(read.toJson());
      json.putArray("architectures").add(name);
      json.remove(List.of("num_labels", "problem_type", "dtype"));
      json.put("torch_dtype", "float32");
      ObjectNode names = json.putObject("id2label");
      ObjectNode numbers = json.putObject("label2id");
      for (int i = 0; i < labels.size(); i++) {
        names.put(String.valueOf(i), labels.get(i));
        numbers.put(labels.get(i), i);
      }
      return ModelConfig.parse(json.toString(), file.toString());
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static Parameters parameters(Path base, Classifier architecture, long seed, DType type) {
    Map<String, Tensor> values = new LinkedHashMap<>();
    List<String> faults = new ArrayList<>();
    try (Weights files = Weights.open(base);
        Gradients off = Gradients.off()) {
      architecture
          .graph()
          .parameters()
          .forEach(
              (name, shape) -> {
                if (!architecture.head().contains(node(name))) {
                  inFile(files, architecture, name)
                      .ifPresent(
                          tensor ->
                              values.put(name, read(architecture, name, files.get(tensor), type)));
                  fault(name, values.get(name), shape)
                      .ifPresent(fault -> faults.add(tensor(architecture, name) + fault));
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
    drawn.asMap().forEach((name, value) -> values.put(name, typed(value, type)));
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

  private static Tensor read(Classifier architecture, String name, Tensor file, DType type) {
    try (file;
        Scope scope = new Scope()) {
      Source source = architecture.weights().source(name).orElseThrow();
      return scope.release(source.read(file).to(type).copy());
    }
  }

  private static Tensor typed(Tensor drawn, DType type) {
    try (drawn;
        Scope scope = new Scope()) {
      return scope.release(drawn.to(type).copy());
    }
  }

  private static String node(String parameter) {
    return parameter.substring(0, parameter.lastIndexOf('.'));
  }

  private static String tensor(Classifier architecture, String parameter) {
    return architecture.weights().source(parameter).orElseThrow().tensor();
  }

  /** The tensor of a parameter, also as encoders without a head or of TensorFlow's time name it. */
  private static Optional<String> inFile(Weights files, Classifier architecture, String parameter) {
    String prefix = architecture.weights().prefix();
    String tensor = tensor(architecture, parameter);
    String old =
        tensor
            .replace("LayerNorm.weight", "LayerNorm.gamma")
            .replace("LayerNorm.bias", "LayerNorm.beta");
    return Stream.of(tensor, old)
        .flatMap(name -> Stream.of(name, name.replaceFirst("^" + Pattern.quote(prefix), "")))
        .filter(name -> files.info(name).isPresent())
        .findFirst();
  }
}
