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
public record Qwen2(Dimensions size, List<OptionalInt> windows) implements Sized {

  /** From the fields of config.json. */
  public static Qwen2 from(ModelConfig config) {
    Dimensions size = Dimensions.from(config);
    return new Qwen2(size, SlidingWindows.ofQwen(config, size.layers()));
  }

  @Override
  public Graph graph() {
    return decoder().graph();
  }

  @Override
  public WeightMap weights() {
    return decoder().weights();
  }

  private PreNormDecoder decoder() {
    SelfAttention attention = SelfAttention.of(size).biased(true, false);
    FeedForwardPart feedForward = GatedFeedForward.of(size, false);
    return new PreNormDecoder(
        size, layer -> attention.windowed(windows.get(layer)), layer -> feedForward);
  }
}
