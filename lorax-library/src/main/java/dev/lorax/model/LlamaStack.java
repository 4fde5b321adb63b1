package dev.lorax.model;

import dev.lorax.graph.Graph;
import dev.lorax.graph.GraphBuilder;
import dev.lorax.op.Add;
import dev.lorax.op.Attention;
import dev.lorax.op.Dense;
import dev.lorax.op.Embedding;
import dev.lorax.op.Input;
import dev.lorax.op.Multiply;
import dev.lorax.op.RmsNorm;
import dev.lorax.op.Rotary;
import dev.lorax.op.RotaryAngles;
import dev.lorax.op.SelectRows;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * The lines that Llama, Mistral, Qwen2 and Qwen3 share (Touvron et al. 2023): RMS norms before each
 * part, rotary positions, a gated feed-forward part.
 *
 * @param size the dimensions
 * @param lines what differs between the families
 */
record LlamaStack(Dimensions size, Lines lines) {
  /**
   * What differs between the families.
   *
   * @param inputBias whether query, key and value have biases
   * @param outputBias whether the attention's output has one
   * @param feedForwardBias whether gate, up and down have them
   * @param headNorms whether each head of queries and keys is normalised before it is rotated
   * @param windows how many positions each layer's queries see
   */
  record Lines(
      boolean inputBias,
      boolean outputBias,
      boolean feedForwardBias,
      boolean headNorms,
      IntFunction<OptionalInt> windows) {}

  Graph graph() {
    GraphBuilder b = new GraphBuilder();
    int tokens = b.add("input.tokens", Input.TOKENS);
    int positions = b.add("input.positions", Input.POSITIONS);
    RotaryAngles rotation = new RotaryAngles(size.head(), size.theta(), size.scaling());
    int angles = b.add("decoder.angles", rotation, positions);
    int x = b.add("embedder.token", new Embedding(size.vocabulary(), size.width()), tokens);
    for (int layer = 0; layer < size.layers(); layer++) {
      b.enter("decoder.blocks." + layer);
      x = b.add("self_attention.residual", new Add(), x, attention(b, x, angles, layer));
      x = b.add("ffn.residual", new Add(), x, feedForward(b, x));
      b.leave();
    }
    x = b.add("decoder.norm", norm(), x);
    x = b.add("language_modeling_head.rows", new SelectRows(), x);
    Optional<String> tie = size.tied() ? Optional.of("embedder.token.weight") : Optional.empty();
    Dense head = new Dense(size.width(), size.vocabulary(), false, tie);
    return b.build(b.add("language_modeling_head.output", head, x));
  }

  private int attention(GraphBuilder b, int x, int angles, int layer) {
    int wide = size.heads() * size.head();
    int narrow = size.keyValueHeads() * size.head();
    b.enter("self_attention");
    int normed = b.add("norm", norm(), x);
    int query = b.add("query", new Dense(size.width(), wide, lines.inputBias()), normed);
    int key = b.add("key", new Dense(size.width(), narrow, lines.inputBias()), normed);
    int value = b.add("value", new Dense(size.width(), narrow, lines.inputBias()), normed);
    if (lines.headNorms()) {
      query = b.add("query_norm", new RmsNorm(size.head(), size.epsilon()), query);
      key = b.add("key_norm", new RmsNorm(size.head(), size.epsilon()), key);
    }
    query = b.add("query_rotary", new Rotary(size.head()), query, angles);
    key = b.add("key_rotary", new Rotary(size.head()), key, angles);
    int mixed = b.add("mix", mix(layer), query, key, value);
    int output = b.add("output", new Dense(wide, size.width(), lines.outputBias()), mixed);
    b.leave();
    return output;
  }

  private int feedForward(GraphBuilder b, int x) {
    boolean bias = lines.feedForwardBias();
    b.enter("ffn");
    int normed = b.add("norm", norm(), x);
    int gate = b.add("gate", new Dense(size.width(), size.inner(), bias), normed);
    int active = b.add("activation", size.activation(), gate);
    int up = b.add("up", new Dense(size.width(), size.inner(), bias), normed);
    int gated = b.add("gated", new Multiply(), active, up);
    int down = b.add("down", new Dense(size.inner(), size.width(), bias), gated);
    b.leave();
    return down;
  }

  private RmsNorm norm() {
    return new RmsNorm(size.width(), size.epsilon());
  }

  private Attention mix(int layer) {
    return new Attention(
        size.heads(),
        size.keyValueHeads(),
        size.head(),
        lines.windows().apply(layer),
        1 / Math.sqrt(size.head()));
  }

  WeightMap weights() {
    WeightMap.Builder map =
        WeightMap.builder()
            .prefix("model.")
            .ignore(".*\\.rotary_emb\\.inv_freq")
            .weight("embedder.token", "model.embed_tokens");
    for (int layer = 0; layer < size.layers(); layer++) {
      block(map, "decoder.blocks.%d.".formatted(layer), "model.layers.%d.".formatted(layer));
    }
    map.weight("decoder.norm", "model.norm");
    return size.tied()
        ? map.ignore("lm_head\\.weight").build()
        : map.weight("language_modeling_head.output", "lm_head").build();
  }

  private void block(WeightMap.Builder map, String ours, String theirs) {
    String attention = ours + "self_attention.";
    map.weight(attention + "norm", theirs + "input_layernorm")
        .dense(attention + "query", theirs + "self_attn.q_proj", lines.inputBias())
        .dense(attention + "key", theirs + "self_attn.k_proj", lines.inputBias())
        .dense(attention + "value", theirs + "self_attn.v_proj", lines.inputBias())
        .dense(attention + "output", theirs + "self_attn.o_proj", lines.outputBias());
    if (lines.headNorms()) {
      map.weight(attention + "query_norm", theirs + "self_attn.q_norm")
          .weight(attention + "key_norm", theirs + "self_attn.k_norm");
    }
    map.weight(ours + "ffn.norm", theirs + "post_attention_layernorm")
        .dense(ours + "ffn.gate", theirs + "mlp.gate_proj", lines.feedForwardBias())
        .dense(ours + "ffn.up", theirs + "mlp.up_proj", lines.feedForwardBias())
        .dense(ours + "ffn.down", theirs + "mlp.down_proj", lines.feedForwardBias());
  }

  /** The window of each layer, from {@code layer_types} or from the fields of transformers 4. */
  static List<OptionalInt> windows(ModelConfig config, int layers) {
    if (!config.flag("use_sliding_window", false) || !config.has("sliding_window")) {
      return Collections.nCopies(layers, OptionalInt.empty());
    }
    OptionalInt window = OptionalInt.of(config.size("sliding_window"));
    List<String> types = config.texts("layer_types");
    if (!types.isEmpty() && types.size() < layers) {
      throw new ModelConfigException(
          "%s: 'layer_types' names %d layers, but there are %d"
              .formatted(config.source(), types.size(), layers));
    }
    int first = config.integer("max_window_layers", 28);
    return IntStream.range(0, layers)
        .mapToObj(i -> types.isEmpty() ? i >= first : types.get(i).equals("sliding_attention"))
        .map(sliding -> sliding ? window : OptionalInt.empty())
        .toList();
  }
}
