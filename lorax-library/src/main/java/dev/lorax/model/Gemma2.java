package dev.lorax.model;

import dev.lorax.graph.Graph;
import dev.lorax.graph.GraphBuilder;
import dev.lorax.op.Add;
import dev.lorax.op.Attention;
import dev.lorax.op.Input;
import dev.lorax.op.RmsNorm;
import dev.lorax.op.Scale;
import dev.lorax.op.SelectRows;
import dev.lorax.op.SoftCap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Gemma 2 (Gemma Team 2024): norms before and after each part, every other layer with a sliding
 * window, bounded attention scores and logits, the embedding scaled and shared with the head.
 *
 * @param size the dimensions
 * @param windows how many positions each layer sees; empty: all
 * @param scale factor on the dot products
 * @param scoreCap bound of the attention's scores; infinite: none
 * @param logitCap bound of the logits; infinite: none
 */
public record Gemma2(
    Dimensions size, List<OptionalInt> windows, double scale, double scoreCap, double logitCap)
    implements Sized {
  private static final Map<String, Object> DEFAULTS =
      Map.of("tie_word_embeddings", true, "hidden_activation", "gelu_pytorch_tanh");

  /** From the fields of config.json. */
  public static Gemma2 from(ModelConfig json) {
    Gemma.requireCausal(json);
    ModelConfig config = json.or(DEFAULTS);
    Dimensions size = Dimensions.from(config);
    return new Gemma2(
        size,
        SlidingWindows.of(config, size.layers(), layer -> layer % 2 == 0),
        1 / Math.sqrt(config.number("query_pre_attn_scalar", size.head())),
        config.number("attn_logit_softcapping", Double.POSITIVE_INFINITY),
        config.number("final_logit_softcapping", Double.POSITIVE_INFINITY));
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
      int mixed = attention(layer).add(b, b.add("norm", norm(), x), angles);
      x = b.add("residual", new Add(), x, b.add("output_norm", norm(), mixed));
      b.leave().enter("ffn");
      int fed = feedForward().add(b, b.add("norm", norm(), x));
      x = b.add("residual", new Add(), x, b.add("output_norm", norm(), fed));
      b.leave().leave();
    }
    x = b.add("decoder.norm", norm(), x);
    x = b.add("language_modeling_head.rows", new SelectRows(), x);
    x = b.add("language_modeling_head.output", size.output(), x);
    return b.build(
        Double.isFinite(logitCap)
            ? b.add("language_modeling_head.capped", new SoftCap(logitCap), x)
            : x);
  }

  private SelfAttention attention(int layer) {
    return SelfAttention.of(size)
        .mixed(
            new Attention(
                size.heads(),
                size.keyValueHeads(),
                size.head(),
                windows.get(layer),
                scale,
                scoreCap));
  }

  private FeedForwardPart feedForward() {
    return GatedFeedForward.of(size, false);
  }

  private RmsNorm norm() {
    return new RmsNorm(size.width(), size.epsilon(), 1);
  }

  @Override
  public WeightMap weights() {
    WeightMap.Builder map = PreNormDecoder.ends(size, "model.");
    for (int layer = 0; layer < size.layers(); layer++) {
      String ours = "decoder.blocks.%d.".formatted(layer);
      String theirs = "model.layers.%d.".formatted(layer);
      map.weight(ours + "self_attention.norm", theirs + "input_layernorm")
          .weight(ours + "self_attention.output_norm", theirs + "post_attention_layernorm")
          .weight(ours + "ffn.norm", theirs + "pre_feedforward_layernorm")
          .weight(ours + "ffn.output_norm", theirs + "post_feedforward_layernorm");
      attention(layer).weights(map, ours + "self_attention.", theirs + "self_attn.");
      feedForward().weights(map, ours + "ffn.", theirs);
    }
    return map.build();
  }
}
