package dev.lorax.checkpoint;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Parameters;
import dev.lorax.model.Architecture;
import dev.lorax.model.LanguageModel;
import dev.lorax.model.ModelConfig;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Precision;
import dev.lorax.text.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * A Hugging Face checkpoint folder: config.json, weights in safetensors, tokenizer.json.
 *
 * <p>Weights stay in the files and are mapped into memory; nothing is copied unless another element
 * type is asked for. Close it when nothing uses its parameters any more.
 */
public final class Checkpoint implements LanguageModel, AutoCloseable {
  private final Path folder;
  private final ModelConfig config;
  private final Architecture architecture;
  private final Graph graph;
  private final Parameters parameters;
  private Tokenizer tokenizer;

  private Checkpoint(Path folder, ModelConfig config, Parameters parameters) {
    this.folder = folder;
    this.config = config;
    this.architecture = Architecture.of(config);
    this.graph = architecture.graph();
    this.parameters = parameters;
  }

  private Checkpoint(
      Path folder, ModelConfig config, Optional<DType> type, Optional<Precision> precision) {
    this.folder = folder;
    this.config = config;
    this.architecture = Architecture.of(config);
    this.graph = architecture.graph();
    try (Weights files = Weights.open(folder)) {
      QuantizedFiles.refuse(folder, config, files);
      this.parameters = WeightLoader.load(folder, files, architecture, type, precision);
    }
  }

  /**
   * Opens a folder with weights as they are stored, but float16 as float32, since CPUs compute
   * float16 hundreds of times slower. Where they are stored in several types, all get that of most.
   * Matrices that bitsandbytes quantised to nf4 or int8 stay as they are.
   *
   * @throws CheckpointException if weights are missing, left over, mis-shaped, damaged, or
   *     quantised in a way that is not read
   * @throws dev.lorax.model.ModelConfigException if config.json is missing or names an unknown
   *     model
   */
  public static Checkpoint open(Path folder) {
    return new Checkpoint(folder, config(folder), Optional.empty(), Optional.empty());
  }

  /**
   * Opens a folder with weights of that type; quantised ones are made plain.
   *
   * @param type {@link DType#F32} or {@link DType#BF16}
   */
  public static Checkpoint open(Path folder, DType type) {
    if (type != DType.F32 && type != DType.BF16) {
      throw new IllegalArgumentException("Weights are loaded as f32 or bf16, not " + type);
    }
    return new Checkpoint(folder, config(folder), Optional.of(type), Optional.empty());
  }

  /**
   * Opens a folder with the matrices of products quantised, for generating text or as a frozen base
   * to train over; the rest is as {@link #open(Path)} loads it.
   *
   * <p>One matrix after the other is quantised: whole numbers into the Java heap, normal floats
   * into native memory.
   *
   * @throws CheckpointException also if they are quantised in another form already
   */
  public static Checkpoint open(Path folder, Precision precision) {
    return new Checkpoint(folder, config(folder), Optional.empty(), Optional.of(precision));
  }

  private static ModelConfig config(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new CheckpointException(
          folder,
          "no such folder; a checkpoint is a folder with config.json and model.safetensors");
    }
    return ModelConfig.read(folder.resolve("config.json"));
  }

  /**
   * A folder's model in another form: with another head, for example, and a config that says so.
   *
   * @param parameters values for all of the config's model; closed with the checkpoint
   */
  public static Checkpoint of(Path folder, ModelConfig config, Parameters parameters) {
    return new Checkpoint(folder, config, parameters);
  }

  /** The folder it was opened from. */
  public Path folder() {
    return folder;
  }

  /** Its config.json, or what stands in its place. */
  public ModelConfig config() {
    return config;
  }

  @Override
  public Architecture architecture() {
    return architecture;
  }

  @Override
  public Graph graph() {
    return graph;
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  /**
   * The tokenizer, read on first use.
   *
   * @throws CheckpointException if it knows more tokens than the model's embedding has rows, or its
   *     file describes no tokenizer
   */
  @Override
  public synchronized Tokenizer tokenizer() {
    if (tokenizer == null) {
      Tokenizer read = read(folder);
      if (read.size() > architecture.vocabulary()) {
        int size = read.size();
        read.close();
        throw new CheckpointException(
            folder,
            "the tokenizer has %d tokens but the embedding only %d rows: they do not belong together"
                .formatted(size, architecture.vocabulary()));
      }
      tokenizer = read;
    }
    return tokenizer;
  }

  private static Tokenizer read(Path folder) {
    try {
      return Tokenizer.open(folder);
    } catch (IllegalArgumentException unfit) {
      throw new CheckpointException(folder, "no tokenizer: " + unfit.getMessage(), unfit);
    }
  }

  /** The end ids of generation_config.json, config.json and the tokenizer, whichever name any. */
  @Override
  public Set<Integer> endIds() {
    Set<Integer> ids = new LinkedHashSet<>();
    Path generation = folder.resolve("generation_config.json");
    if (Files.exists(generation)) {
      add(ids, ModelConfig.read(generation));
    }
    if (ids.isEmpty()) {
      add(ids, config);
    }
    if (ids.isEmpty() && Files.exists(folder.resolve("tokenizer.json"))) {
      tokenizer().eosId().ifPresent(ids::add);
    }
    return ids;
  }

  private static void add(Set<Integer> ids, ModelConfig config) {
    for (int id : config.integers("eos_token_id")) {
      ids.add(id);
    }
  }

  @Override
  public synchronized void close() {
    parameters.close();
    if (tokenizer != null) {
      tokenizer.close();
    }
  }
}
