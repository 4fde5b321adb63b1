package dev.lorax.model;

import dev.lorax.graph.Graph;
import java.util.OptionalInt;

/**
 * Mistral (Jiang et al. 2023): Llama with a sliding window over the last positions.
 *
 * @param size the dimensions
 * @param window how many positions a query sees, itself included; empty: all
 */
public record Mistral(Dimensions size, OptionalInt window) implements Architecture {

  /** From the fields of config.json. */
  public static Mistral from(ModelConfig config) {
    return new Mistral(
        Dimensions.from(config),
        config.has("sliding_window")
            ? OptionalInt.of(config.size("sliding_window"))
            : OptionalInt.empty());
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
    return new LlamaStack(size, new LlamaStack.Lines(false, false, false, false, layer -> window));
  }
}
