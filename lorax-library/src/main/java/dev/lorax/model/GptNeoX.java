package dev.lorax.model;

import dev.lorax.graph.Graph;
import dev.lorax.graph.GraphBuilder;
import dev.lorax.op.Activation;
import dev.lorax.op.Add;
import dev.lorax.op.Attention;
import dev.lorax.op.Dense;
import dev.lorax.op.Embedding;
import dev.lorax.op.Input;
import dev.lorax.op.LayerNorm;
import dev.lorax.op.RopeScaling;
import dev.lorax.op.Rotary;
import dev.lorax.op.RotaryAngles;
import dev.lorax.op.SelectRows;
import java.util.List;
import java.util.Optional;

/**
 * GPT-NeoX (Black et al. 2022) and Pythia (Biderman et al. 2023): rotary positions on a part of
 * each head, attention and feed-forward part side by side, biases everywhere.
 *
 * @param vocabulary number of tokens
 * @param context longest sequence
 * @param width of the residual stream
 * @param layers number of blocks
 * @param heads of attention
 * @param turned how many numbers of each head are turned
 * @param inner width of the feed-forward part
 * @param activation in the feed-forward part
 * @param epsilon of the norms
 * @param theta base of the rotary frequencies
 * @param scaling of the rotary frequencies
 * @param parallel whether both parts read the block's input, not one the other's sum
 * @param attentionBias whether the four products of attention have biases
 * @param tied whether the output head shares the embedding's weight
 */
public record GptNeoX(
    int vocabulary,
    int context,
    int width,
    int layers,
    int heads,
    int turned,
    int inner,
    Activation activation,
    double epsilon,
    double theta,
    RopeScaling scaling,
    boolean parallel,
    boolean attentionBias,
    boolean tied)
    implements Architecture {

  /** From the fields of config.json. */
  public static GptNeoX from(ModelConfig config) {
    int width = config.size("hidden_size");
    int heads = config.size("num_attention_heads");
    int head = config.head(width, heads);
    Optional<ModelConfig> five = config.section("rope_parameters");
    double share =
        five.map(rope -> rope.number("partial_rotary_factor", 0.25))
            .orElseGet(() -> config.number("rotary_pct", 0.25));
    ModelConfig.Rope rope = config.rope();
    return new GptNeoX(
        config.size("vocab_size"),
        config.size("max_position_embeddings"),
        width,
        config.count("num_hidden_layers"),
        heads,
        config.turned((int) (head * share), head),
        config.size("intermediate_size"),
        config.activation("hidden_act", "gelu"),
        config.number("layer_norm_eps", 1e-5),
        config.number("rotary_emb_base", rope.theta()),
        rope.scaling(),
        config.flag("use_parallel_residual", true),
        config.flag("attention_bias", true),
        config.flag("tie_word_embeddings", false));
  }

  @Override
  public Graph graph() {
    GraphBuilder b = new GraphBuilder();
    int tokens = b.add("input.tokens", Input.TOKENS);
    int positions = b.add("input.positions", Input.POSITIONS);
    int angles = b.add("decoder.angles", new RotaryAngles(turned, theta, scaling), positions);
    int x = b.add("embedder.token", new Embedding(vocabulary, width), tokens);
    for (int layer = 0; layer < layers; layer++) {
      b.enter("decoder.blocks." + layer);
      int attended = b.add("self_attention.residual", new Add(), x, attention(b, x, angles));
      int fed = feedForward(b, parallel ? x : attended);
      x = b.add("ffn.residual", new Add(), attended, fed);
      b.leave();
    }
    x = b.add("decoder.norm", norm(), x);
    x = b.add("language_modeling_head.rows", new SelectRows(), x);
    Optional<String> tie = tied ? Optional.of("embedder.token.weight") : Optional.empty();
    Dense head = new Dense(width, vocabulary, false, tie);
    return b.build(b.add("language_modeling_head.output", head, x));
  }

  private int attention(GraphBuilder b, int x, int angles) {
    int head = width / heads;
    Rotary rotary = new Rotary(head, turned, Rotary.Pairs.HALVES);
    Dense product = new Dense(width, width, attentionBias);
    b.enter("self_attention");
    int normed = b.add("norm", norm(), x);
    int query = b.add("query", product, normed);
    int key = b.add("key", product, normed);
    int value = b.add("value", product, normed);
    query = b.add("query_rotary", rotary, query, angles);
    key = b.add("key_rotary", rotary, key, angles);
    int mixed = b.add("mix", new Attention(heads, heads, head), query, key, value);
    int output = b.add("output", product, mixed);
    b.leave();
    return output;
  }

  private int feedForward(GraphBuilder b, int x) {
    b.enter("ffn");
    int normed = b.add("norm", norm(), x);
    int down = new PlainFeedForward(width, inner, activation, true).add(b, normed);
    b.leave();
    return down;
  }

  private LayerNorm norm() {
    return new LayerNorm(width, epsilon);
  }

  /** PEFT adapts the matrix in which the three are fused. */
  @Override
  public List<String> defaultTargets() {
    return List.of("query", "key", "value");
  }

  @Override
  public WeightMap weights() {
    WeightMap.Builder map =
        WeightMap.builder()
            .prefix("gpt_neox.")
            .ignore(".*\\.attention\\.(masked_)?bias")
            .ignore(".*\\.rotary_emb\\.inv_freq")
            .weight("embedder.token", "gpt_neox.embed_in");
    for (int layer = 0; layer < layers; layer++) {
      block(map, "decoder.blocks.%d.".formatted(layer), "gpt_neox.layers.%d.".formatted(layer));
    }
    map.dense("decoder.norm", "gpt_neox.final_layer_norm", true);
    return tied
        ? map.tied("language_modeling_head.output", "embed_out").build()
        : map.weight("language_modeling_head.output", "embed_out").build();
  }

  private void block(WeightMap.Builder map, String ours, String theirs) {
    String attention = ours + "self_attention.";
    String fused = theirs + "attention.query_key_value.";
    QueryKeyValue parts = new QueryKeyValue(heads, width / heads, width / heads);
    parts.put(map, attention, "weight", new Source.Whole(fused + "weight"));
    if (attentionBias) {
      parts.put(map, attention, "bias", new Source.Whole(fused + "bias"));
    }
    map.dense(attention + "norm", theirs + "input_layernorm", true)
        .dense(attention + "output", theirs + "attention.dense", attentionBias)
        .dense(ours + "ffn.norm", theirs + "post_attention_layernorm", true)
        .dense(ours + "ffn.up", theirs + "mlp.dense_h_to_4h", true)
        .dense(ours + "ffn.down", theirs + "mlp.dense_4h_to_h", true);
  }
}
