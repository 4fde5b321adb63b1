package dev.lorax.model;

import dev.lorax.graph.Graph;
import dev.lorax.graph.GraphBuilder;
import dev.lorax.op.Add;
import dev.lorax.op.Attention;
import dev.lorax.op.Input;
import dev.lorax.op.Scale;
import dev.lorax.op.SelectRows;
import java.util.OptionalInt;

/**
 * Granite 3 (Granite Team 2024): Llama with four multipliers, on the embedding, on attention's dot
 * products, on what each part adds, and on the logits.
 *
 * <p>PEFT names no default targets for it.
 *
 * @param size the dimensions
 * @param attentionBias whether the four products of attention have biases
 * @param feedForwardBias whether the three of the feed-forward part have them
 * @param multipliers the four
 */
public record Granite(
    Dimensions size, boolean attentionBias, boolean feedForwardBias, Multipliers multipliers)
    implements Sized {
  /**
   * The constants.
   *
   * @param embedding on the embedding
   * @param attention on the dot products
   * @param residual on what each part adds
   * @param logits what the logits are divided by
   */
  public record Multipliers(double embedding, double attention, double residual, double logits) {}

  /** From the fields of config.json. */
  public static Granite from(ModelConfig config) {
    return new Granite(
        Dimensions.from(config),
        config.flag("attention_bias", false),
        config.flag("mlp_bias", false),
        new Multipliers(
            config.number("embedding_multiplier", 1),
            config.number("attention_multiplier", 1),
            config.number("residual_multiplier", 1),
            config.number("logits_scaling", 1)));
  }

  @Override
  public Graph graph() {
    Scale residual = new Scale(multipliers.residual());
    GraphBuilder b = new GraphBuilder();
    int tokens = b.add("input.tokens", Input.TOKENS);
    int positions = b.add("input.positions", Input.POSITIONS);
    int angles = b.add("decoder.angles", size.angles(), positions);
    int x = b.add("embedder.token", size.embedding(), tokens);
    x = b.add("embedder.scaled", new Scale(multipliers.embedding()), x);
    for (int layer = 0; layer < size.layers(); layer++) {
      b.enter("decoder.blocks." + layer).enter("self_attention");
      int mixed = attention().add(b, b.add("norm", size.norm(), x), angles);
      x = b.add("residual", new Add(), x, b.add("scaled", residual, mixed));
      b.leave().enter("ffn");
      int fed = feedForward().add(b, b.add("norm", size.norm(), x));
      x = b.add("residual", new Add(), x, b.add("scaled", residual, fed));
      b.leave().leave();
    }
    x = b.add("decoder.norm", size.norm(), x);
    x = b.add("language_modeling_head.rows", new SelectRows(), x);
    x = b.add("language_modeling_head.output", size.output(), x);
    return b.build(b.add("language_modeling_head.scaled", new Scale(1 / multipliers.logits()), x));
  }

  private SelfAttention attention() {
    return SelfAttention.of(size)
        .biased(attentionBias, attentionBias)
        .mixed(
            new Attention(
                size.heads(),
                size.keyValueHeads(),
                size.head(),
                OptionalInt.empty(),
                multipliers.attention()));
  }

  private FeedForwardPart feedForward() {
    return GatedFeedForward.of(size, feedForwardBias);
  }

  /** Llama's names. */
  @Override
  public WeightMap weights() {
    return new PreNormDecoder(size, layer -> attention(), layer -> feedForward()).weights();
  }
}
