package dev.lorax.generate;

import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Parameters;
import dev.lorax.lora.Adapter;
import dev.lorax.model.Architecture;
import dev.lorax.model.LanguageModel;
import dev.lorax.peft.PeftFolder;
import dev.lorax.text.Tokenizer;
import java.nio.file.Path;
import java.util.Set;

/**
 * A random model of two blocks with a real tokenizer of 97 tokens, among them single bytes of
 * longer characters.
 */
public final class TinyModel implements LanguageModel, AutoCloseable {
  private static final Path RESOURCES = Path.of("src/test/resources");

  private final Checkpoint checkpoint;
  private final Tokenizer tokenizer = Tokenizer.open(RESOURCES.resolve("tokenizers/tiny"));
  private final Set<Integer> endIds;

  /** The model of a folder, which ends texts at those ids. */
  public TinyModel(Path folder, Integer... endIds) {
    this.checkpoint = Checkpoint.open(folder);
    this.endIds = Set.of(endIds);
  }

  static Path golden(String fixture) {
    return RESOURCES.resolve("golden").resolve(fixture);
  }

  /** GPT-2 with room for 64 tokens. */
  static TinyModel gpt2(Integer... endIds) {
    return new TinyModel(golden("gpt2-lora"), endIds);
  }

  /** The adapter that lies beside the model. */
  public Adapter adapter() {
    return PeftFolder.read(checkpoint.folder().resolve("adapter"), this);
  }

  @Override
  public Architecture architecture() {
    return checkpoint.architecture();
  }

  @Override
  public Graph graph() {
    return checkpoint.graph();
  }

  @Override
  public Parameters parameters() {
    return checkpoint.parameters();
  }

  @Override
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  @Override
  public Set<Integer> endIds() {
    return endIds;
  }

  @Override
  public void close() {
    tokenizer.close();
    checkpoint.close();
  }
}
