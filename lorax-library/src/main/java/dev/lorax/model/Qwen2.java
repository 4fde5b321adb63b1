package dev.lorax.model;

import dev.lorax.graph.Graph;
import java.util.List;
import java.util.OptionalInt;

/**
 * Qwen2 and Qwen2.5 (Yang et al. 2024): Llama with biases on query, key and value.
 *
 * @param size the dimensions
 * @param windows how many positions each layer sees; empty: all
 */
public record Qwen2(Dimensions size, List<OptionalInt> windows) implements Architecture {

  /** From the fields of config.json. */
  public static Qwen2 from(ModelConfig config) {
    Dimensions size = Dimensions.from(config);
    return new Qwen2(size, LlamaStack.windows(config, size.layers()));
  }

  @Override
  public Graph graph() {
    return stack().graph();
  }

  @Override
  public WeightMap weights() {
    return stack().weights();
  }

  @Override
  public int vocabulary() {
    return size.vocabulary();
  }

  @Override
  public int context() {
    return size.context();
  }

  private LlamaStack stack() {
    return new LlamaStack(size, new LlamaStack.Lines(true, false, false, false, windows::get));
  }
}
