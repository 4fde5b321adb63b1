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
import java.util.Optional;

/**
 * GPT-J (Wang &amp; Komatsuzaki 2021): one norm for attention and feed-forward part side by side,
 * rotary positions on neighbours in a part of each head, no biases in attention.
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
 * @param tied whether the output head shares the embedding's weight
 */
public record GptJ(
    int vocabulary,
    int context,
    int width,
    int layers,
    int heads,
    int turned,
    int inner,
    Activation activation,
    double epsilon,
    boolean tied)
    implements Architecture {

  /** From the fields of config.json. */
  public static GptJ from(ModelConfig config) {
    int width = config.size("n_embd");
    int heads = config.size("n_head");
    return new GptJ(
        config.size("vocab_size"),
        config.size("n_positions"),
        width,
        config.count("n_layer"),
        heads,
        config.turned(config.integer("rotary_dim", 64), config.head(width, heads)),
        config.size("n_inner", 4 * width),
        config.activation("activation_function", "gelu_new"),
        config.number("layer_norm_epsilon", 1e-5),
        config.flag("tie_word_embeddings", false));
  }

  @Override
  public Graph graph() {
    GraphBuilder b = new GraphBuilder();
    int tokens = b.add("input.tokens", Input.TOKENS);
    int positions = b.add("input.positions", Input.POSITIONS);
    RotaryAngles rotation = new RotaryAngles(turned, 10_000, new RopeScaling.Default());
    int angles = b.add("decoder.angles", rotation, positions);
    int x = b.add("embedder.token", new Embedding(vocabulary, width), tokens);
    for (int layer = 0; layer < layers; layer++) {
      b.enter("decoder.blocks." + layer);
      int normed = b.add("norm", new LayerNorm(width, epsilon), x);
      x = b.add("self_attention.residual", new Add(), x, attention(b, normed, angles));
      x = b.add("ffn.residual", new Add(), x, feedForward(b, normed));
      b.leave();
    }
    x = b.add("decoder.norm", new LayerNorm(width, epsilon), x);
    x = b.add("language_modeling_head.rows", new SelectRows(), x);
    Optional<String> tie = tied ? Optional.of("embedder.token.weight") : Optional.empty();
    Dense head = new Dense(width, vocabulary, true, tie);
    return b.build(b.add("language_modeling_head.output", head, x));
  }

  private int attention(GraphBuilder b, int normed, int angles) {
    int head = width / heads;
    Rotary rotary = new Rotary(head, turned, Rotary.Pairs.NEIGHBOURS);
    Dense product = new Dense(width, width, false);
    b.enter("self_attention");
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

  private int feedForward(GraphBuilder b, int normed) {
    b.enter("ffn");
    int down = new PlainFeedForward(width, inner, activation, true).add(b, normed);
    b.leave();
    return down;
  }

  @Override
  public WeightMap weights() {
    WeightMap.Builder map =
        WeightMap.builder()
            .prefix("transformer.")
            .ignore(".*\\.attn\\.(masked_)?bias")
            .weight("embedder.token", "transformer.wte");
    for (int layer = 0; layer < layers; layer++) {
      block(map, "decoder.blocks.%d.".formatted(layer), "transformer.h.%d.".formatted(layer));
    }
    map.dense("decoder.norm", "transformer.ln_f", true);
    map.put("language_modeling_head.output.bias", new Source.Whole("lm_head.bias"));
    return tied
        ? map.tied("language_modeling_head.output", "lm_head").build()
        : map.weight("language_modeling_head.output", "lm_head").build();
  }

  private void block(WeightMap.Builder map, String ours, String theirs) {
    String attention = ours + "self_attention.";
    map.dense(ours + "norm", theirs + "ln_1", true)
        .weight(attention + "query", theirs + "attn.q_proj")
        .weight(attention + "key", theirs + "attn.k_proj")
        .weight(attention + "value", theirs + "attn.v_proj")
        .weight(attention + "output", theirs + "attn.out_proj")
        .dense(ours + "ffn.up", theirs + "mlp.fc_in", true)
        .dense(ours + "ffn.down", theirs + "mlp.fc_out", true);
  }
}
