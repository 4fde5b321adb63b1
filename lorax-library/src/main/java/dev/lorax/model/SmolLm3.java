package dev.lorax.model;

import dev.lorax.graph.Graph;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * SmolLM3 (Bakouch et al. 2025): Llama without rotary positions in every fourth layer.
 *
 * <p>PEFT names no default targets for it.
 *
 * @param size the dimensions
 * @param rotated which layers rotate queries and keys
 * @param windows how many positions each layer sees; empty: all
 * @param attentionBias whether the four products of attention have biases
 * @param feedForwardBias whether the three of the feed-forward part have them
 */
public record SmolLm3(
    Dimensions size,
    List<Boolean> rotated,
    List<OptionalInt> windows,
    boolean attentionBias,
    boolean feedForwardBias)
    implements Sized {

  /** From the fields of config.json. */
  public static SmolLm3 from(ModelConfig json) {
    ModelConfig config = json.or(Map.of("tie_word_embeddings", true, "rope_theta", 2_000_000));
    Dimensions size = Dimensions.from(config);
    List<Boolean> rotated = rotated(config, size.layers());
    return new SmolLm3(
        size,
        rotated,
        config.flag("use_sliding_window", false)
            ? SlidingWindows.of(config, size.layers(), layer -> !rotated.get(layer))
            : SlidingWindows.none(size.layers()),
        config.flag("attention_bias", false),
        config.flag("mlp_bias", false));
  }

  /** Where the list of {@code no_rope_layers} has a 1 there is, against its name, a rotation. */
  private static List<Boolean> rotated(ModelConfig config, int layers) {
    int[] flags = config.integers("no_rope_layers");
    int interval = config.size("no_rope_layer_interval", 4);
    if (flags.length != 0 && flags.length < layers) {
      throw config.unfit(
          "'no_rope_layers' names %d layers, but there are %d".formatted(flags.length, layers));
    }
    return IntStream.range(0, layers)
        .mapToObj(i -> flags.length == 0 ? (i + 1) % interval != 0 : flags[i] != 0)
        .toList();
  }

  @Override
  public Graph graph() {
    return decoder().graph();
  }

  @Override
  public WeightMap weights() {
    return decoder().weights();
  }

  private PreNormDecoder decoder() {
    FeedForwardPart feedForward = GatedFeedForward.of(size, feedForwardBias);
    return new PreNormDecoder(size, this::attention, layer -> feedForward);
  }

  private SelfAttention attention(int layer) {
    SelfAttention turned =
        SelfAttention.of(size).biased(attentionBias, attentionBias).windowed(windows.get(layer));
    return rotated.get(layer) ? turned : turned.rotated(Optional.empty());
  }
}
