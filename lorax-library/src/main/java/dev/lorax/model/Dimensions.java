package dev.lorax.model;

import dev.lorax.op.Activation;
import dev.lorax.op.Dense;
import dev.lorax.op.Embedding;
import dev.lorax.op.RmsNorm;
import dev.lorax.op.RopeScaling;
import dev.lorax.op.RotaryAngles;
import java.util.Optional;

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
      throw new IllegalArgumentException(
          "%d attention heads cannot share %d key-value heads".formatted(heads, keyValueHeads));
    }
    if (head < 1) {
      throw new IllegalArgumentException(
          "A width of %d is too narrow for %d heads".formatted(width, heads));
    }
    if ((long) heads * head > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "%d heads of width %d are wider together than any matrix".formatted(heads, head));
    }
    if (head % 2 != 0) {
      throw new IllegalArgumentException(
          "A head of odd width %d cannot be rotated".formatted(head));
    }
  }

  /** The same with another activation. */
  Dimensions activated(Activation other) {
    return with(other, theta, scaling);
  }

  /** The same with another rotation. */
  Dimensions rotated(ModelConfig.Rope rope) {
    return with(activation, rope.theta(), rope.scaling());
  }

  private Dimensions with(Activation other, double otherTheta, RopeScaling otherScaling) {
    return new Dimensions(
        vocabulary,
        context,
        width,
        layers,
        heads,
        keyValueHeads,
        head,
        inner,
        other,
        epsilon,
        otherTheta,
        otherScaling,
        tied);
  }

  Embedding embedding() {
    return new Embedding(vocabulary, width);
  }

  RotaryAngles angles() {
    return new RotaryAngles(head, theta, scaling);
  }

  RmsNorm norm() {
    return new RmsNorm(width, epsilon);
  }

  /** The output head. */
  Dense output() {
    Optional<String> tie = tied ? Optional.of("embedder.token.weight") : Optional.empty();
    return new Dense(width, vocabulary, false, tie);
  }

  static Dimensions from(ModelConfig config) {
    try {
      return read(config);
    } catch (IllegalArgumentException unfit) {
      throw new ModelConfigException(config.source() + ": " + unfit.getMessage());
    }
  }

  private static Dimensions read(ModelConfig config) {
    int width = config.size("hidden_size");
    int heads = config.size("num_attention_heads");
    return new Dimensions(
        config.size("vocab_size"),
        config.size("max_position_embeddings"),
        width,
        config.count("num_hidden_layers"),
        heads,
        config.size("num_key_value_heads", heads),
        config.size("head_dim", width / heads),
        config.size("intermediate_size"),
        config.activation(
            config.has("hidden_activation") ? "hidden_activation" : "hidden_act", "silu"),
        config.number("rms_norm_eps", 1e-6),
        config.rope().theta(),
        config.rope().scaling(),
        config.flag("tie_word_embeddings", false));
  }
}
