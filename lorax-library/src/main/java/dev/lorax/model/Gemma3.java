package dev.lorax.model;

import dev.lorax.graph.Graph;
import dev.lorax.graph.GraphBuilder;
import dev.lorax.op.Add;
import dev.lorax.op.Attention;
import dev.lorax.op.Input;
import dev.lorax.op.RmsNorm;
import dev.lorax.op.RopeScaling;
import dev.lorax.op.RotaryAngles;
import dev.lorax.op.Scale;
import dev.lorax.op.SelectRows;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Gemma 3 (Gemma Team 2025), its text part: Gemma 2 with normalised queries and keys instead of
 * bounded scores, five layers with a sliding window for each that sees all, and a rotation of its
 * own for each kind.
 *
 * <p>PEFT names no default targets for {@code gemma3}, but has them for {@code gemma3_text}.
 *
 * @param size the dimensions; theta and scaling are those of layers that see all positions
 * @param windows how many positions each layer sees; empty: all
 * @param local the rotation in layers with a window
 * @param scale factor on the dot products
 * @param names what checkpoints' names of its parts begin with
 */
public record Gemma3(
    Dimensions size, List<OptionalInt> windows, ModelConfig.Rope local, double scale, String names)
    implements Sized {
  private static final String TEXT_ALONE = "model.";

  /** What a model of text and images leaves out of its {@code text_config}. */
  private static final Map<String, Object> DEFAULTS =
      Map.ofEntries(
          Map.entry("vocab_size", 262_208),
          Map.entry("max_position_embeddings", 131_072),
          Map.entry("num_attention_heads", 8),
          Map.entry("num_key_value_heads", 4),
          Map.entry("head_dim", 256),
          Map.entry("query_pre_attn_scalar", 256),
          Map.entry("sliding_window", 4096),
          Map.entry("rope_theta", 1_000_000),
          Map.entry("hidden_activation", "gelu_pytorch_tanh"),
          Map.entry("rms_norm_eps", 1e-6),
          Map.entry("tie_word_embeddings", true));

  /** From the fields of a text model's config.json. */
  public static Gemma3 from(ModelConfig json) {
    return from(json, TEXT_ALONE);
  }

  /** From a model of text and images, of which the images' part is left aside. */
  public static Gemma3 textOf(ModelConfig json) {
    ModelConfig text =
        json.section("text_config")
            .orElseThrow(
                () -> new ModelConfigException(json.source() + " lacks the field 'text_config'"));
    return from(text, "model.language_model.");
  }

  private static Gemma3 from(ModelConfig json, String names) {
    Gemma.requireCausal(json);
    ModelConfig config = json.or(DEFAULTS);
    if (config.has("attn_logit_softcapping") || config.has("final_logit_softcapping")) {
      throw config.unfit("bounded scores and logits of Gemma 3 are not supported");
    }
    ModelConfig.Rope local =
        new ModelConfig.Rope(
            config.number("rope_local_base_freq", 10_000), new RopeScaling.Default());
    Dimensions size =
        Dimensions.from(config).rotated(RopeFields.of(config, "full_attention", config.rope()));
    int pattern = config.size("sliding_window_pattern", 6);
    return new Gemma3(
        size,
        SlidingWindows.of(config, size.layers(), layer -> (layer + 1) % pattern != 0),
        RopeFields.of(config, "sliding_attention", local),
        1 / Math.sqrt(config.number("query_pre_attn_scalar")),
        names);
  }

  @Override
  public Graph graph() {
    GraphBuilder b = new GraphBuilder();
    int tokens = b.add("input.tokens", Input.TOKENS);
    int positions = b.add("input.positions", Input.POSITIONS);
    int angles = b.add("decoder.angles", size.angles(), positions);
    RotaryAngles near = new RotaryAngles(size.head(), local.theta(), local.scaling());
    int localAngles = b.add("decoder.local_angles", near, positions);
    int x = b.add("embedder.token", size.embedding(), tokens);
    x = b.add("embedder.scaled", new Scale(Math.sqrt(size.width()), true), x);
    for (int layer = 0; layer < size.layers(); layer++) {
      int turned = windows.get(layer).isPresent() ? localAngles : angles;
      b.enter("decoder.blocks." + layer).enter("self_attention");
      int mixed = attention(layer).add(b, b.add("norm", norm(size.width()), x), turned);
      x = b.add("residual", new Add(), x, b.add("output_norm", norm(size.width()), mixed));
      b.leave().enter("ffn");
      int fed = feedForward().add(b, b.add("norm", norm(size.width()), x));
      x = b.add("residual", new Add(), x, b.add("output_norm", norm(size.width()), fed));
      b.leave().leave();
    }
    x = b.add("decoder.norm", norm(size.width()), x);
    x = b.add("language_modeling_head.rows", new SelectRows(), x);
    return b.build(b.add("language_modeling_head.output", size.output(), x));
  }

  private SelfAttention attention(int layer) {
    return SelfAttention.of(size)
        .normed(norm(size.head()), norm(size.head()))
        .mixed(
            new Attention(
                size.heads(), size.keyValueHeads(), size.head(), windows.get(layer), scale));
  }

  private FeedForwardPart feedForward() {
    return GatedFeedForward.of(size, false);
  }

  private RmsNorm norm(int width) {
    return new RmsNorm(width, size.epsilon(), 1);
  }

  @Override
  public WeightMap weights() {
    WeightMap.Builder map = PreNormDecoder.ends(size, names);
    if (!names.equals(TEXT_ALONE)) {
      map.prefix("")
          .alias(names, "language_model.model.")
          .ignore("language_model\\.lm_head\\.weight")
          .ignore("(model\\.)?(vision_tower|multi_modal_projector)\\..*");
    }
    for (int layer = 0; layer < size.layers(); layer++) {
      String ours = "decoder.blocks.%d.".formatted(layer);
      String theirs = names + "layers.%d.".formatted(layer);
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
