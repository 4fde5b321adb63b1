package dev.lorax.model;

import dev.lorax.op.Activation;
import dev.lorax.op.RopeScaling;

/**
 * The sizes that decoders of Llama's family have in common.
 *
 * @param vocabulary number of tokens
 * @param context longest sequence
 * @param width of the residual stream
 * @param layers number of blocks
 * @param heads of queries
 * @param keyValueHeads heads of keys and values, a divisor of {@code heads}
 * @param head width of one head
 * @param inner width of the feed-forward part
 * @param activation of its gate
 * @param epsilon of the norms
 * @param theta base of the rotary frequencies
 * @param scaling of the rotary frequencies
 * @param tied whether the output head shares the embedding's weight
 */
public record Dimensions(
    int vocabulary,
    int context,
    int width,
    int layers,
    int heads,
    int keyValueHeads,
    int head,
    int inner,
    Activation activation,
    double epsilon,
    double theta,
    RopeScaling scaling,
    boolean tied) {

  /** Checks what would otherwise fail deep inside. */
  public Dimensions {
    if (heads % keyValueHeads != 0) {
      throw new ModelConfigException(
          "%d attention heads cannot share %d key-value heads".formatted(heads, keyValueHeads));
    }
    if (head % 2 != 0) {
      throw new ModelConfigException("A head of odd width %d cannot be rotated".formatted(head));
    }
  }

  static Dimensions from(ModelConfig config) {
    int width = config.integer("hidden_size");
    int heads = config.integer("num_attention_heads");
    return new Dimensions(
        config.integer("vocab_size"),
        config.integer("max_position_embeddings"),
        width,
        config.integer("num_hidden_layers"),
        heads,
        config.integer("num_key_value_heads", heads),
        config.integer("head_dim", width / heads),
        config.integer("intermediate_size"),
        config.activation("hidden_act", "silu"),
        config.number("rms_norm_eps", 1e-6),
        config.rope().theta(),
        config.rope().scaling(),
        config.flag("tie_word_embeddings", false));
  }
}
