package dev.lorax.model;

import dev.lorax.graph.Graph;
import dev.lorax.graph.GraphBuilder;
import dev.lorax.op.Activation;
import dev.lorax.op.Add;
import dev.lorax.op.Input;
import dev.lorax.op.RmsNorm;
import dev.lorax.op.Scale;
import dev.lorax.op.SelectRows;
import java.util.Map;

/**
 * Gemma (Gemma Team 2024): Llama with wide heads, a GELU gate, norms that learn the distance from
 * 1, and the embedding scaled and shared with the head.
 *
 * @param size the dimensions
 * @param attentionBias whether the four products of attention have biases
 */
public record Gemma(Dimensions size, boolean attentionBias) implements Sized {
  private static final Map<String, Object> DEFAULTS =
      Map.of("tie_word_embeddings", true, "hidden_act", "gelu_pytorch_tanh");

  /** From the fields of config.json, of which the first releases said gelu and meant its tanh. */
  public static Gemma from(ModelConfig json) {
    requireCausal(json);
    Dimensions size = Dimensions.from(json.or(DEFAULTS));
    return new Gemma(
        size.activation() == Activation.GELU ? size.activated(Activation.GELU_PYTORCH_TANH) : size,
        json.flag("attention_bias", false));
  }

  /** Models that embed texts look ahead. */
  static void requireCausal(ModelConfig config) {
    if (config.flag("use_bidirectional_attention", false)) {
      throw config.unfit("bidirectional attention of Gemma is not supported");
    }
  }

  @Override
  public Graph graph() {
    GraphBuilder b = new GraphBuilder();
    int tokens = b.add("input.tokens", Input.TOKENS);
    int positions = b.add("input.positions", Input.POSITIONS);
    int angles = b.add("decoder.angles", size.angles(), positions);
    int x = b.add("embedder.token", size.embedding(), tokens);
    x = b.add("embedder.scaled", new Scale(Math.sqrt(size.width()), true), x);
    for (int layer = 0; layer < size.layers(); layer++) {
      b.enter("decoder.blocks." + layer).enter("self_attention");
      int mixed = attention().add(b, b.add("norm", norm(), x), angles);
      x = b.add("residual", new Add(), x, mixed);
      b.leave().enter("ffn");
      int fed = feedForward().add(b, b.add("norm", norm(), x));
      x = b.add("residual", new Add(), x, fed);
      b.leave().leave();
    }
    x = b.add("decoder.norm", norm(), x);
    x = b.add("language_modeling_head.rows", new SelectRows(), x);
    return b.build(b.add("language_modeling_head.output", size.output(), x));
  }

  private SelfAttention attention() {
    return SelfAttention.of(size).biased(attentionBias, attentionBias);
  }

  private FeedForwardPart feedForward() {
    return GatedFeedForward.of(size, false);
  }

  private RmsNorm norm() {
    return new RmsNorm(size.width(), size.epsilon(), 1);
  }

  /** Llama's names. */
  @Override
  public WeightMap weights() {
    return new PreNormDecoder(size, layer -> attention(), layer -> feedForward()).weights();
  }
}
