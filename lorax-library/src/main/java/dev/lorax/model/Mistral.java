package dev.lorax.model;

import dev.lorax.graph.Graph;
import java.util.OptionalInt;

/**
 * Mistral (Jiang et al. 2023): Llama with a sliding window over the last positions.
 *
 * @param size the dimensions
 * @param window how many positions a query sees, itself included; empty: all
 */
public record Mistral(Dimensions size, OptionalInt window) implements Sized {

  /** From the fields of config.json. */
  public static Mistral from(ModelConfig config) {
    return new Mistral(Dimensions.from(config), SlidingWindows.ofAll(config));
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
    SelfAttention attention = SelfAttention.of(size).windowed(window);
    FeedForwardPart feedForward = GatedFeedForward.of(size, false);
    return new PreNormDecoder(size, layer -> attention, layer -> feedForward);
  }
}
