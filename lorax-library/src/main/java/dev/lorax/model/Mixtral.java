package dev.lorax.model;

import dev.lorax.graph.Graph;
import dev.lorax.op.Dense;
import dev.lorax.op.Routing;
import java.util.OptionalInt;

/**
 * Mixtral (Jiang et al. 2024): Mistral with a mixture of experts in every block.
 *
 * @param size the dimensions
 * @param window how many positions a query sees, itself included; empty: all
 * @param experts in every block
 * @param chosen how many of them a token goes to
 */
public record Mixtral(Dimensions size, OptionalInt window, int experts, int chosen)
    implements Sized {

  /** From the fields of config.json. */
  public static Mixtral from(ModelConfig config) {
    if (config.number("router_jitter_noise", 0) != 0) {
      throw config.unfit("noise on a router's input is not supported");
    }
    return new Mixtral(
        Dimensions.from(config),
        SlidingWindows.ofAll(config),
        config.count("num_local_experts"),
        config.size("num_experts_per_tok"));
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
    FeedForwardPart mixture =
        new MixtureOfExperts(
            new Dense(size.width(), experts, false),
            new Routing(chosen, true),
            GatedFeedForward.of(size, false).named(new GatedFeedForward.Names("w1", "w3", "w2")),
            "block_sparse_moe");
    return new PreNormDecoder(size, layer -> attention, layer -> mixture);
  }
}
