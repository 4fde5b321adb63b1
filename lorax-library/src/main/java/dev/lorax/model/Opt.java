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
import dev.lorax.op.PositionEmbedding;
import dev.lorax.op.SelectRows;
import java.util.Optional;

/**
 * OPT (Zhang et al. 2022): GPT-3's shape with ReLU. Its smallest sibling but one has its norms
 * behind each part, and an embedding narrower than the rest.
 *
 * @param vocabulary number of tokens
 * @param context number of positions
 * @param width of the residual stream
 * @param embedded width of the token embedding
 * @param layers number of blocks
 * @param heads of attention
 * @param inner width of the feed-forward part
 * @param activation in the feed-forward part
 * @param normsFirst whether norms stand before each part, not behind its residual
 * @param lastNorm whether there is one more behind the last block
 * @param bias whether products have biases
 * @param tied whether the output head shares the embedding's weight
 */
public record Opt(
    int vocabulary,
    int context,
    int width,
    int embedded,
    int layers,
    int heads,
    int inner,
    Activation activation,
    boolean normsFirst,
    boolean lastNorm,
    boolean bias,
    boolean tied)
    implements Architecture {
  private static final double EPSILON = 1e-5; // PyTorch's, which no config tells
  private static final int OFFSET = 2; // rows before that of position 0

  /** From the fields of config.json. */
  public static Opt from(ModelConfig config) {
    if (!config.flag("layer_norm_elementwise_affine", true)) {
      throw config.unfit("norms of OPT without weights are not supported");
    }
    int width = config.size("hidden_size");
    int heads = config.size("num_attention_heads");
    config.head(width, heads);
    boolean normsFirst = config.flag("do_layer_norm_before", true);
    return new Opt(
        config.size("vocab_size"),
        config.size("max_position_embeddings"),
        width,
        config.size("word_embed_proj_dim", width),
        config.count("num_hidden_layers"),
        heads,
        config.size("ffn_dim"),
        config.activation("activation_function", "relu"),
        normsFirst,
        normsFirst && !config.flag("_remove_final_layer_norm", false),
        config.flag("enable_bias", true),
        config.flag("tie_word_embeddings", true));
  }

  @Override
  public Graph graph() {
    GraphBuilder b = new GraphBuilder();
    int x = embedder(b);
    for (int layer = 0; layer < layers; layer++) {
      b.enter("decoder.blocks." + layer);
      x = attention(b, x);
      x = feedForward(b, x);
      b.leave();
    }
    x = lastNorm ? b.add("decoder.norm", norm(), x) : x;
    x = b.add("language_modeling_head.rows", new SelectRows(), x);
    if (isProjected()) {
      x = b.add("language_modeling_head.projection", new Dense(width, embedded, false), x);
    }
    Optional<String> tie = tied ? Optional.of("embedder.token.weight") : Optional.empty();
    Dense head = new Dense(embedded, vocabulary, false, tie);
    return b.build(b.add("language_modeling_head.output", head, x));
  }

  private int embedder(GraphBuilder b) {
    int tokens = b.add("input.tokens", Input.TOKENS);
    int positions = b.add("input.positions", Input.POSITIONS);
    PositionEmbedding table = new PositionEmbedding(context, width, OFFSET);
    b.enter("embedder");
    int token = b.add("token", new Embedding(vocabulary, embedded), tokens);
    if (isProjected()) {
      token = b.add("projection", new Dense(embedded, width, false), token);
    }
    int sum = b.add("sum", new Add(), token, b.add("position", table, positions));
    b.leave();
    return sum;
  }

  private int attention(GraphBuilder b, int x) {
    Dense product = new Dense(width, width, bias);
    b.enter("self_attention");
    int normed = normsFirst ? b.add("norm", norm(), x) : x;
    int query = b.add("query", product, normed);
    int key = b.add("key", product, normed);
    int value = b.add("value", product, normed);
    int mixed = b.add("mix", new Attention(heads, heads, width / heads), query, key, value);
    int sum = b.add("residual", new Add(), x, b.add("output", product, mixed));
    int last = normsFirst ? sum : b.add("norm", norm(), sum);
    b.leave();
    return last;
  }

  private int feedForward(GraphBuilder b, int x) {
    b.enter("ffn");
    int normed = normsFirst ? b.add("norm", norm(), x) : x;
    int down = new PlainFeedForward(width, inner, activation, bias).add(b, normed);
    int sum = b.add("residual", new Add(), x, down);
    int last = normsFirst ? sum : b.add("norm", norm(), sum);
    b.leave();
    return last;
  }

  private boolean isProjected() {
    return embedded != width;
  }

  private LayerNorm norm() {
    return new LayerNorm(width, EPSILON);
  }

  @Override
  public WeightMap weights() {
    WeightMap.Builder map =
        WeightMap.builder()
            .prefix("model.")
            .weight("embedder.token", "model.decoder.embed_tokens")
            .weight("embedder.position", "model.decoder.embed_positions");
    if (isProjected()) {
      map.weight("embedder.projection", "model.decoder.project_in");
      map.weight("language_modeling_head.projection", "model.decoder.project_out");
    }
    for (int layer = 0; layer < layers; layer++) {
      block(
          map, "decoder.blocks.%d.".formatted(layer), "model.decoder.layers.%d.".formatted(layer));
    }
    if (lastNorm) {
      map.dense("decoder.norm", "model.decoder.final_layer_norm", true);
    }
    return tied
        ? map.tied("language_modeling_head.output", "lm_head").build()
        : map.weight("language_modeling_head.output", "lm_head").build();
  }

  private void block(WeightMap.Builder map, String ours, String theirs) {
    String attention = ours + "self_attention.";
    map.dense(attention + "norm", theirs + "self_attn_layer_norm", true)
        .dense(attention + "query", theirs + "self_attn.q_proj", bias)
        .dense(attention + "key", theirs + "self_attn.k_proj", bias)
        .dense(attention + "value", theirs + "self_attn.v_proj", bias)
        .dense(attention + "output", theirs + "self_attn.out_proj", bias)
        .dense(ours + "ffn.norm", theirs + "final_layer_norm", true)
        .dense(ours + "ffn.up", theirs + "fc1", bias)
        .dense(ours + "ffn.down", theirs + "fc2", bias);
  }
}
