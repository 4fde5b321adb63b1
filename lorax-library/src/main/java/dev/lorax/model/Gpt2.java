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
import dev.lorax.op.SelectRows;
import java.util.List;
import java.util.Optional;

/**
 * GPT-2 (Radford et al. 2019): learned positions, norms before each part, biases everywhere, output
 * head tied to the embedding.
 *
 * @param vocabulary number of tokens
 * @param context number of positions
 * @param width of the residual stream
 * @param layers number of blocks
 * @param heads of attention
 * @param inner width of the feed-forward part
 * @param activation in the feed-forward part
 * @param epsilon of the norms
 * @param tied whether the output head shares the embedding's weight
 */
public record Gpt2(
    int vocabulary,
    int context,
    int width,
    int layers,
    int heads,
    int inner,
    Activation activation,
    double epsilon,
    boolean tied)
    implements Architecture {

  /** From the fields of config.json. */
  public static Gpt2 from(ModelConfig config) {
    return from(config, "gelu_new");
  }

  /** The same with that activation where the config names none. */
  static Gpt2 from(ModelConfig config, String activation) {
    if (!config.flag("scale_attn_weights", true)
        || config.flag("scale_attn_by_inverse_layer_idx", false)
        || config.flag("add_cross_attention", false)) {
      throw config.unfit("unscaled, layer-scaled and cross attention are not supported");
    }
    int width = config.size("n_embd");
    int heads = config.size("n_head");
    config.head(width, heads);
    return new Gpt2(
        config.size("vocab_size"),
        config.size("n_positions"),
        width,
        config.count("n_layer"),
        heads,
        config.size("n_inner", 4 * width),
        config.activation("activation_function", activation),
        config.number("layer_norm_epsilon", 1e-5),
        config.flag("tie_word_embeddings", true));
  }

  @Override
  public Graph graph() {
    return graph(heads);
  }

  /** The program with so many heads of keys and values. */
  Graph graph(int keyValueHeads) {
    GraphBuilder b = new GraphBuilder();
    int tokens = b.add("input.tokens", Input.TOKENS);
    int positions = b.add("input.positions", Input.POSITIONS);
    int token = b.add("embedder.token", new Embedding(vocabulary, width), tokens);
    int position = b.add("embedder.position", new Embedding(context, width), positions);
    int x = b.add("embedder.sum", new Add(), token, position);
    for (int layer = 0; layer < layers; layer++) {
      b.enter("decoder.blocks." + layer);
      x = b.add("self_attention.residual", new Add(), x, attention(b, x, keyValueHeads));
      x = b.add("ffn.residual", new Add(), x, feedForward(b, x));
      b.leave();
    }
    x = b.add("decoder.norm", new LayerNorm(width, epsilon), x);
    x = b.add("language_modeling_head.rows", new SelectRows(), x);
    Optional<String> tie = tied ? Optional.of("embedder.token.weight") : Optional.empty();
    Dense head = new Dense(width, vocabulary, false, tie);
    return b.build(b.add("language_modeling_head.output", head, x));
  }

  private int attention(GraphBuilder b, int x, int keyValueHeads) {
    int head = width / heads;
    int narrow = keyValueHeads * head;
    b.enter("self_attention");
    int normed = b.add("norm", new LayerNorm(width, epsilon), x);
    int query = b.add("query", new Dense(width, width, true), normed);
    int key = b.add("key", new Dense(width, narrow, true), normed);
    int value = b.add("value", new Dense(width, narrow, true), normed);
    int mixed = b.add("mix", new Attention(heads, keyValueHeads, head), query, key, value);
    int output = b.add("output", new Dense(width, width, true), mixed);
    b.leave();
    return output;
  }

  private int feedForward(GraphBuilder b, int x) {
    b.enter("ffn");
    int normed = b.add("norm", new LayerNorm(width, epsilon), x);
    int down = new PlainFeedForward(width, inner, activation, true).add(b, normed);
    b.leave();
    return down;
  }

  /** PEFT adapts the matrix in which the three are fused. */
  @Override
  public List<String> defaultTargets() {
    return List.of("query", "key", "value");
  }

  @Override
  public WeightMap weights() {
    return weights(this::products);
  }

  /** Where the products of a block are. */
  interface Products {
    /** Adds the lines of one block, whose names begin like that here and in files. */
    void put(WeightMap.Builder map, String ours, String theirs);
  }

  /** The table with its products elsewhere. */
  WeightMap weights(Products products) {
    WeightMap.Builder map =
        WeightMap.builder()
            .prefix("transformer.")
            .ignore(".*\\.attn\\.(masked_)?bias")
            .weight("embedder.token", "transformer.wte")
            .weight("embedder.position", "transformer.wpe");
    for (int layer = 0; layer < layers; layer++) {
      String ours = "decoder.blocks.%d.".formatted(layer);
      String theirs = "transformer.h.%d.".formatted(layer);
      map.dense(ours + "self_attention.norm", theirs + "ln_1", true);
      map.dense(ours + "ffn.norm", theirs + "ln_2", true);
      products.put(map, ours, theirs);
    }
    map.dense("decoder.norm", "transformer.ln_f", true);
    return tied
        ? map.tied("language_modeling_head.output", "lm_head").build()
        : map.weight("language_modeling_head.output", "lm_head").build();
  }

  /** GPT-2 stores matrices as [in, out], and query, key and value side by side in one. */
  private void products(WeightMap.Builder map, String ours, String theirs) {
    String attention = ours + "self_attention.";
    QueryKeyValue parts = new QueryKeyValue(1, width, width);
    parts.put(map, attention, "weight", new Source.Transposed(theirs + "attn.c_attn.weight"));
    parts.put(map, attention, "bias", new Source.Whole(theirs + "attn.c_attn.bias"));
    transposed(map, attention + "output", theirs + "attn.c_proj");
    transposed(map, ours + "ffn.up", theirs + "mlp.c_fc");
    transposed(map, ours + "ffn.down", theirs + "mlp.c_proj");
  }

  private static void transposed(WeightMap.Builder map, String node, String module) {
    map.put(node + ".weight", new Source.Transposed(module + ".weight"));
    map.put(node + ".bias", new Source.Whole(module + ".bias"));
  }
}
