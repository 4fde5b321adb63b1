package dev.lorax.cli.bench;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Parameters;
import dev.lorax.model.Architecture;
import dev.lorax.model.LanguageModel;
import dev.lorax.model.ModelConfig;
import dev.lorax.text.Tokenizer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * The model that is measured: a checkpoint's, or one of a shape with random weights in memory.
 *
 * <p>Close it when done.
 */
final class Subject implements LanguageModel, AutoCloseable {
  private static final long SEED = 1;

  private final String source;
  private final String family;
  private final WeightType type;
  private final Architecture architecture;
  private final Graph graph;
  private final Parameters parameters;
  private final AutoCloseable owner;
  private final boolean random;
  private Tokenizer tokenizer;

  private Subject(String source, ModelConfig config, WeightType type) {
    this.source = source;
    this.family = config.text("model_type");
    this.type = type;
    architecture = Architecture.of(config);
    graph = architecture.graph();
    parameters = type.random(graph, SEED);
    owner = parameters;
    random = true;
  }

  private Subject(Checkpoint checkpoint, WeightType type) {
    source = checkpoint.folder().toString();
    family = checkpoint.config().text("model_type");
    this.type = type;
    architecture = checkpoint.architecture();
    graph = checkpoint.graph();
    parameters = checkpoint.parameters();
    owner = checkpoint;
    random = false;
  }

  /** Random weights of the shape that a config.json describes. */
  static Subject ofShape(Path config, WeightType type) {
    return new Subject(config.toString(), ModelConfig.read(config), type);
  }

  /**
   * A checkpoint folder.
   *
   * @param type empty: as its weights are stored
   */
  static Subject ofFolder(Path folder, Optional<WeightType> type) {
    Checkpoint checkpoint = type.map(t -> t.open(folder)).orElseGet(() -> Checkpoint.open(folder));
    return new Subject(checkpoint, type.orElseGet(() -> WeightType.of(checkpoint.parameters())));
  }

  /** Where it came from. */
  String source() {
    return source;
  }

  /** The {@code model_type} of its config.json. */
  String family() {
    return family;
  }

  /** Whether its weights are random. */
  boolean isRandom() {
    return random;
  }

  /** What its weights are kept in. */
  WeightType type() {
    return type;
  }

  /** Token ids to work on, the same each time. */
  int[] ids(int count) {
    return new Random(SEED).ints(count, 0, architecture.vocabulary()).toArray();
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

  /** A made-up one with a word for each id: any tokenizer costs little beside the model. */
  @Override
  public Tokenizer tokenizer() {
    if (tokenizer == null) {
      tokenizer = MadeUpWords.tokenizer(architecture.vocabulary());
    }
    return tokenizer;
  }

  /** None: nothing that is measured may end early. */
  @Override
  public Set<Integer> endIds() {
    return Set.of();
  }

  @Override
  public void close() {
    if (tokenizer != null) {
      tokenizer.close();
    }
    try {
      owner.close();
    } catch (RuntimeException failed) {
      throw failed;
    } catch (Exception impossible) {
      throw new IllegalStateException(impossible); // neither owner throws a checked one
    }
  }
}
