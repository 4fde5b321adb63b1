package dev.lorax.model;

import dev.lorax.graph.Graph;
import java.util.OptionalInt;

/**
 * Llama 2 and 3 (Touvron et al. 2023; Grattafiori et al. 2024), and the many models in their shape.
 *
 * @param size the dimensions
 * @param attentionBias whether the four products of attention have biases
 * @param feedForwardBias whether the three of the feed-forward part have them
 */
public record Llama(Dimensions size, boolean attentionBias, boolean feedForwardBias)
    implements Architecture {

  /** From the fields of config.json. */
  public static Llama from(ModelConfig config) {
    return new Llama(
        Dimensions.from(config),
        config.flag("attention_bias", false),
        config.flag("mlp_bias", false));
  }

  @Override
  public Graph graph() {
    return stack().graph();
  }

  @Override
  public WeightMap weights() {
    return stack().weights();
  }

  @Override
  public int vocabulary() {
    return size.vocabulary();
  }

  @Override
  public int context() {
    return size.context();
  }

  private LlamaStack stack() {
    return new LlamaStack(
        size,
        new LlamaStack.Lines(
            attentionBias, attentionBias, feedForwardBias, false, layer -> OptionalInt.empty()));
  }
}
