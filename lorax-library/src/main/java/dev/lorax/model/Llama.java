package dev.lorax.model;

import dev.lorax.graph.Graph;

/**
 * Llama 2 and 3 (Touvron et al. 2023; Grattafiori et al. 2024), and the many models in their shape.
 *
 * @param size the dimensions
 * @param attentionBias whether the four products of attention have biases
 * @param feedForwardBias whether the three of the feed-forward part have them
 */
public record Llama(Dimensions size, boolean attentionBias, boolean feedForwardBias)
    implements Sized {

  /** From the fields of config.json. */
  public static Llama from(ModelConfig config) {
    return new Llama(
        Dimensions.from(config),
        config.flag("attention_bias", false),
        config.flag("mlp_bias", false));
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
    SelfAttention attention = SelfAttention.of(size).biased(attentionBias, attentionBias);
    FeedForwardPart feedForward = GatedFeedForward.of(size, feedForwardBias);
    return new PreNormDecoder(size, layer -> attention, layer -> feedForward);
  }
}
