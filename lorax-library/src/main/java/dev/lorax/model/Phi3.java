package dev.lorax.model;

import dev.lorax.graph.Graph;
import dev.lorax.op.Rotary;
import dev.lorax.op.RotaryAngles;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Phi-3 (Abdin et al. 2024) and Phi-4: Llama whose checkpoints fuse query, key and value, and gate
 * and up; long contexts by LongRoPE, and in Phi-4-mini a part of each head rotated.
 *
 * <p>PEFT names no default targets for it.
 *
 * @param size the dimensions
 * @param turned how many numbers of each head are rotated
 * @param window how many positions a query sees, itself included; empty: all
 */
public record Phi3(Dimensions size, int turned, OptionalInt window) implements Sized {

  /** From the fields of config.json. */
  public static Phi3 from(ModelConfig config) {
    Dimensions size = Dimensions.from(config);
    double share =
        config
            .section("rope_parameters")
            .filter(rope -> rope.has("partial_rotary_factor"))
            .orElse(config)
            .number("partial_rotary_factor", 1);
    return new Phi3(
        size,
        config.turned((int) (size.head() * share), size.head()),
        SlidingWindows.ofAll(config));
  }

  @Override
  public Graph graph() {
    RotaryAngles angles = new RotaryAngles(turned, size.theta(), size.scaling());
    SelfAttention attention =
        SelfAttention.of(size)
            .rotated(Optional.of(new Rotary(size.head(), turned, Rotary.Pairs.HALVES)))
            .windowed(window);
    FeedForwardPart feedForward = GatedFeedForward.of(size, false);
    return new PreNormDecoder(size, angles, layer -> attention, layer -> feedForward).graph();
  }

  @Override
  public WeightMap weights() {
    WeightMap.Builder map = PreNormDecoder.ends(size, "model.");
    for (int layer = 0; layer < size.layers(); layer++) {
      block(map, "decoder.blocks.%d.".formatted(layer), "model.layers.%d.".formatted(layer));
    }
    return map.build();
  }

  private void block(WeightMap.Builder map, String ours, String theirs) {
    int wide = size.heads() * size.head();
    int narrow = size.keyValueHeads() * size.head();
    Source attention = new Source.Whole(theirs + "self_attn.qkv_proj.weight");
    Source gated = new Source.Whole(theirs + "mlp.gate_up_proj.weight");
    new QueryKeyValue(1, wide, narrow).put(map, ours + "self_attention.", "weight", attention);
    map.weight(ours + "self_attention.norm", theirs + "input_layernorm")
        .weight(ours + "self_attention.output", theirs + "self_attn.o_proj")
        .weight(ours + "ffn.norm", theirs + "post_attention_layernorm")
        .put(ours + "ffn.gate.weight", half(gated, 0))
        .put(ours + "ffn.up.weight", half(gated, 1))
        .weight(ours + "ffn.down", theirs + "mlp.down_proj");
  }

  /** The upper (0) or lower half of a fused matrix. */
  private Source half(Source fused, int which) {
    return new Source.Rows(fused, (long) which * size.inner(), size.inner(), 2L * size.inner());
  }
}
