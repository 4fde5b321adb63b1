package dev.lorax.model;

import dev.lorax.graph.Graph;
import dev.lorax.graph.GraphBuilder;
import dev.lorax.op.Add;
import dev.lorax.op.Input;
import dev.lorax.op.RotaryAngles;
import dev.lorax.op.SelectRows;
import java.util.function.IntFunction;

/**
 * The lines that Llama and most of its descendants share (Touvron et al. 2023): a stream to which
 * every block adds attention to its norm, and then a feed-forward part of its norm.
 *
 * @param size the dimensions
 * @param angles that queries and keys are rotated by
 * @param attention of each layer
 * @param feedForward of each layer
 */
record PreNormDecoder(
    Dimensions size,
    RotaryAngles angles,
    IntFunction<SelfAttention> attention,
    IntFunction<? extends FeedForwardPart> feedForward) {

  /** One that rotates whole heads. */
  PreNormDecoder(
      Dimensions size,
      IntFunction<SelfAttention> attention,
      IntFunction<? extends FeedForwardPart> feedForward) {
    this(size, size.angles(), attention, feedForward);
  }

  Graph graph() {
    GraphBuilder b = new GraphBuilder();
    int tokens = b.add("input.tokens", Input.TOKENS);
    int positions = b.add("input.positions", Input.POSITIONS);
    int turned = b.add("decoder.angles", angles, positions);
    int x = b.add("embedder.token", size.embedding(), tokens);
    for (int layer = 0; layer < size.layers(); layer++) {
      b.enter("decoder.blocks." + layer).enter("self_attention");
      int mixed = attention.apply(layer).add(b, b.add("norm", size.norm(), x), turned);
      x = b.add("residual", new Add(), x, mixed);
      b.leave().enter("ffn");
      int fed = feedForward.apply(layer).add(b, b.add("norm", size.norm(), x));
      x = b.add("residual", new Add(), x, fed);
      b.leave().leave();
    }
    x = b.add("decoder.norm", size.norm(), x);
    x = b.add("language_modeling_head.rows", new SelectRows(), x);
    return b.build(b.add("language_modeling_head.output", size.output(), x));
  }

  WeightMap weights() {
    WeightMap.Builder map = ends(size, "model.");
    for (int layer = 0; layer < size.layers(); layer++) {
      String ours = "decoder.blocks.%d.".formatted(layer);
      String theirs = "model.layers.%d.".formatted(layer);
      map.weight(ours + "self_attention.norm", theirs + "input_layernorm")
          .weight(ours + "ffn.norm", theirs + "post_attention_layernorm");
      attention.apply(layer).weights(map, ours + "self_attention.", theirs + "self_attn.");
      feedForward.apply(layer).weights(map, ours + "ffn.", theirs);
    }
    return map.build();
  }

  /**
   * What is before and after the blocks, under the names that transformers gives it.
   *
   * @param model what the names of all but the head begin with
   */
  static WeightMap.Builder ends(Dimensions size, String model) {
    WeightMap.Builder map =
        WeightMap.builder()
            .prefix(model)
            .ignore(".*\\.rotary_emb\\.inv_freq")
            .weight("embedder.token", model + "embed_tokens")
            .weight("decoder.norm", model + "norm");
    return size.tied()
        ? map.tied("language_modeling_head.output", "lm_head")
        : map.weight("language_modeling_head.output", "lm_head");
  }
}
