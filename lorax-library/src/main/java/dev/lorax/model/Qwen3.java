package dev.lorax.model;

import dev.lorax.graph.Graph;
import java.util.List;
import java.util.OptionalInt;

/**
 * Qwen3 (Yang et al. 2025): Llama with each head of queries and keys normalised before rotation.
 *
 * @param size the dimensions
 * @param attentionBias whether the four products of attention have biases
 * @param windows how many positions each layer sees; empty: all
 */
public record Qwen3(Dimensions size, boolean attentionBias, List<OptionalInt> windows)
    implements Architecture {

  /** From the fields of config.json. */
  public static Qwen3 from(ModelConfig config) {
    Dimensions size = Dimensions.from(config);
    return new Qwen3(
        size, config.flag("attention_bias", false), LlamaStack.windows(config, size.layers()));
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
    return new LlamaStack(
        size, new LlamaStack.Lines(attentionBias, attentionBias, false, true, windows::get));
  }
}
