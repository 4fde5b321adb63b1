package dev.lorax.model;

import dev.lorax.graph.Graph;
import dev.lorax.graph.GraphBuilder;
import dev.lorax.op.Add;
import dev.lorax.op.Input;
import dev.lorax.op.RmsNorm;
import dev.lorax.op.SelectRows;

/**
 * OLMo 2 (OLMo Team 2024): norms after each part instead of before, and queries and keys normalised
 * over all heads together.
 *
 * <p>PEFT names no default targets for it.
 *
 * @param size the dimensions
 * @param attentionBias whether the four products of attention have biases
 */
public record Olmo2(Dimensions size, boolean attentionBias) implements Sized {

  /** From the fields of config.json. */
  public static Olmo2 from(ModelConfig config) {
    return new Olmo2(Dimensions.from(config), config.flag("attention_bias", false));
  }

  @Override
  public Graph graph() {
    GraphBuilder b = new GraphBuilder();
    int tokens = b.add("input.tokens", Input.TOKENS);
    int positions = b.add("input.positions", Input.POSITIONS);
    int angles = b.add("decoder.angles", size.angles(), positions);
    int x = b.add("embedder.token", size.embedding(), tokens);
    for (int layer = 0; layer < size.layers(); layer++) {
      b.enter("decoder.blocks." + layer).enter("self_attention");
      int mixed = attention().add(b, x, angles);
      x = b.add("residual", new Add(), x, b.add("output_norm", size.norm(), mixed));
      b.leave().enter("ffn");
      int fed = feedForward().add(b, x);
      x = b.add("residual", new Add(), x, b.add("output_norm", size.norm(), fed));
      b.leave().leave();
    }
    x = b.add("decoder.norm", size.norm(), x);
    x = b.add("language_modeling_head.rows", new SelectRows(), x);
    return b.build(b.add("language_modeling_head.output", size.output(), x));
  }

  private SelfAttention attention() {
    SelfAttention plain = SelfAttention.of(size).biased(attentionBias, attentionBias);
    return plain.normed(
        new RmsNorm(plain.query().out(), size.epsilon()),
        new RmsNorm(plain.key().out(), size.epsilon()));
  }

  private FeedForwardPart feedForward() {
    return GatedFeedForward.of(size, false);
  }

  @Override
  public WeightMap weights() {
    WeightMap.Builder map = PreNormDecoder.ends(size, "model.");
    for (int layer = 0; layer < size.layers(); layer++) {
      String ours = "decoder.blocks.%d.".formatted(layer);
      String theirs = "model.layers.%d.".formatted(layer);
      map.weight(ours + "self_attention.output_norm", theirs + "post_attention_layernorm")
          .weight(ours + "ffn.output_norm", theirs + "post_feedforward_layernorm");
      attention().weights(map, ours + "self_attention.", theirs + "self_attn.");
      feedForward().weights(map, ours + "ffn.", theirs);
    }
    return map.build();
  }
}
