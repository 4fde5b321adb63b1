package dev.lorax.model;

import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** How many positions each layer's queries see, from the fields of config.json. */
final class SlidingWindows {
  private SlidingWindows() {}

  /**
   * A window for each layer; empty: all positions.
   *
   * @param slides the layers that have one where {@code layer_types}, which transformers 5 writes,
   *     does not say so
   */
  static List<OptionalInt> of(ModelConfig config, int layers, IntPredicate slides) {
    OptionalInt window = ofAll(config);
    List<String> types = config.texts("layer_types");
    if (!types.isEmpty() && types.size() < layers) {
      throw new ModelConfigException(
          "%s: 'layer_types' names %d layers, but there are %d"
              .formatted(config.source(), types.size(), layers));
    }
    return IntStream.range(0, layers)
        .mapToObj(i -> types.isEmpty() ? slides.test(i) : types.get(i).equals("sliding_attention"))
        .map(sliding -> sliding ? window : OptionalInt.empty())
        .toList();
  }

  /** One window for all layers, where the config has one. */
  static OptionalInt ofAll(ModelConfig config) {
    return config.has("sliding_window")
        ? OptionalInt.of(config.size("sliding_window"))
        : OptionalInt.empty();
  }

  /** All positions in every layer. */
  static List<OptionalInt> none(int layers) {
    return Collections.nCopies(layers, OptionalInt.empty());
  }

  /** Those of Qwen, whose first layers see all positions, and which must be switched on. */
  static List<OptionalInt> ofQwen(ModelConfig config, int layers) {
    if (!config.flag("use_sliding_window", false)) {
      return none(layers);
    }
    int first = config.integer("max_window_layers", 28);
    return of(config, layers, layer -> layer >= first);
  }
}
