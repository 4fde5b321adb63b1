package dev.lorax.model;

import dev.lorax.graph.Graph;
import dev.lorax.op.RmsNorm;
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
    implements Sized {

  /** From the fields of config.json. */
  public static Qwen3 from(ModelConfig config) {
    Dimensions size = Dimensions.from(config);
    return new Qwen3(
        size, config.flag("attention_bias", false), SlidingWindows.ofQwen(config, size.layers()));
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
    RmsNorm norm = new RmsNorm(size.head(), size.epsilon());
    SelfAttention attention =
        SelfAttention.of(size).biased(attentionBias, attentionBias).normed(norm, norm);
    FeedForwardPart feedForward = GatedFeedForward.of(size, false);
    return new PreNormDecoder(
        size, layer -> attention.windowed(windows.get(layer)), layer -> feedForward);
  }
}
