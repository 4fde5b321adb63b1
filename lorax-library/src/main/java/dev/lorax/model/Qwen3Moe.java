package dev.lorax.model;

import dev.lorax.graph.Graph;
import dev.lorax.op.Dense;
import dev.lorax.op.RmsNorm;
import dev.lorax.op.Routing;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Qwen3-MoE (Yang et al. 2025): Qwen3 with a mixture of many small experts in most blocks.
 *
 * <p>PEFT names no default targets for it.
 *
 * @param size the dimensions
 * @param attentionBias whether the four products of attention have biases
 * @param windows how many positions each layer sees; empty: all
 * @param mixture what the mixtures are like
 */
public record Qwen3Moe(
    Dimensions size, boolean attentionBias, List<OptionalInt> windows, Mixture mixture)
    implements Sized {
  /**
   * The mixtures.
   *
   * @param experts in a block
   * @param chosen how many of them a token goes to
   * @param renormalised whether their weights are made to add up to 1
   * @param inner width within an expert
   * @param step of how many blocks the last has a mixture
   * @param without blocks that have none all the same
   */
  public record Mixture(
      int experts, int chosen, boolean renormalised, int inner, int step, Set<Integer> without) {
    boolean isIn(int layer) {
      return (layer + 1) % step == 0 && !without.contains(layer);
    }
  }

  /** From the fields of config.json. */
  public static Qwen3Moe from(ModelConfig config) {
    Dimensions size = Dimensions.from(config);
    return new Qwen3Moe(
        size,
        config.flag("attention_bias", false),
        SlidingWindows.ofQwen(config, size.layers()),
        new Mixture(
            config.count(config.has("num_experts") ? "num_experts" : "num_local_experts"),
            config.size("num_experts_per_tok"),
            config.flag("norm_topk_prob", false),
            config.size("moe_intermediate_size"),
            config.size("decoder_sparse_step", 1),
            Arrays.stream(config.integers("mlp_only_layers"))
                .boxed()
                .collect(Collectors.toUnmodifiableSet())));
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
    FeedForwardPart plain = GatedFeedForward.of(size, false);
    FeedForwardPart mixed =
        new MixtureOfExperts(
            new Dense(size.width(), mixture.experts(), false),
            new Routing(mixture.chosen(), mixture.renormalised()),
            GatedFeedForward.of(size.width(), mixture.inner(), size.activation(), false)
                .named(GatedFeedForward.Names.EXPERT),
            "mlp");
    return new PreNormDecoder(
        size,
        layer -> attention.windowed(windows.get(layer)),
        layer -> mixture.isIn(layer) ? mixed : plain);
  }
}
