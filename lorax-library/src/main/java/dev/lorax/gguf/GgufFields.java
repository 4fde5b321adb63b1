package dev.lorax.gguf;

import dev.lorax.model.Dimensions;
import dev.lorax.op.Activation;
import dev.lorax.op.RopeScaling;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** Fields of llama.cpp's metadata while they are put together. */
final class GgufFields {
  private final String name;
  private final Map<String, GgufValue> values = new LinkedHashMap<>();
  private final Map<String, float[]> tensors = new LinkedHashMap<>();
  private final List<String> warnings = new ArrayList<>();

  /** None yet, of a kind of model by llama.cpp's name. */
  GgufFields(String name) {
    this.name = name;
  }

  Map<String, GgufValue> values() {
    return values;
  }

  /** What takes tensors of its own: factors by which rotary frequencies are divided. */
  Map<String, float[]> tensors() {
    return tensors;
  }

  List<String> warnings() {
    return warnings;
  }

  void put(String key, GgufValue value) {
    values.put(name + "." + key, value);
  }

  void decoder(Dimensions size, int turned, Activation activation) {
    require(size.activation(), activation);
    stack(size.layers(), size.context(), size.width(), size.inner());
    put("attention.head_count", GgufValue.of(size.heads()));
    put("attention.head_count_kv", GgufValue.of(size.keyValueHeads()));
    put("attention.key_length", GgufValue.of(size.head()));
    put("attention.value_length", GgufValue.of(size.head()));
    put("attention.layer_norm_rms_epsilon", GgufValue.of(size.epsilon()));
    put("vocab_size", GgufValue.of(size.vocabulary()));
    put("rope.dimension_count", GgufValue.of(turned));
    put("rope.freq_base", GgufValue.of(size.theta()));
    scaling(size.scaling());
  }

  void stack(int layers, int context, int width, int inner) {
    put("block_count", GgufValue.of(layers));
    put("context_length", GgufValue.of(context));
    put("embedding_length", GgufValue.of(width));
    put("feed_forward_length", GgufValue.of(inner));
  }

  void scaling(RopeScaling scaling) {
    if (scaling instanceof RopeScaling.Linear linear) {
      put("rope.scaling.type", GgufValue.of("linear"));
      put("rope.scaling.factor", GgufValue.of(linear.factor()));
    } else if (scaling instanceof RopeScaling.Yarn yarn) {
      put("rope.scaling.type", GgufValue.of("yarn"));
      put("rope.scaling.factor", GgufValue.of(yarn.factor()));
      put("rope.scaling.original_context_length", GgufValue.of(yarn.original()));
      put("rope.scaling.yarn_beta_fast", GgufValue.of(yarn.betaFast()));
      put("rope.scaling.yarn_beta_slow", GgufValue.of(yarn.betaSlow()));
      // llama.cpp multiplies by the paper's temperature itself; this is what comes on top.
      double paper = RopeScaling.Yarn.temperature(yarn.factor(), 1);
      put("rope.scaling.yarn_attn_factor", GgufValue.of(yarn.attentionFactor() / paper));
    } else if (!(scaling instanceof RopeScaling.Default)) {
      String kind = scaling.getClass().getSimpleName();
      String home = scaling instanceof RopeScaling.Llama3 ? "llama" : "phi3";
      require(name.equals(home), "the rotary scaling " + kind, "it in " + home + " alone");
    }
  }

  void warnOf(List<OptionalInt> windows) {
    windows.stream()
        .flatMapToInt(OptionalInt::stream)
        .min()
        .ifPresent(
            window ->
                warnings.add(
                    ("llama.cpp sees all positions where this model sees the last %d:"
                            + " texts longer than that differ")
                        .formatted(window)));
  }

  static void require(Activation found, Activation... known) {
    require(List.of(known).contains(found), "the activation " + found, known[0].toString());
  }

  /** Puts one window for all layers but each so-many-th; how many that is. */
  int windows(List<OptionalInt> windows) {
    int window = windows.stream().flatMapToInt(OptionalInt::stream).findFirst().orElse(0);
    int period =
        IntStream.rangeClosed(2, Math.max(2, windows.size()))
            .filter(each -> hasPeriod(windows, each))
            .findFirst()
            .orElse(windows.size() + 1);
    require(
        window > 0 && hasPeriod(windows, period),
        "windows in a pattern of its own, or none",
        "one window, in all layers but each so-many-th");
    put("attention.sliding_window", GgufValue.of(window));
    return period;
  }

  private static boolean hasPeriod(List<OptionalInt> windows, int period) {
    OptionalInt window = windows.get(0);
    return IntStream.range(0, windows.size())
        .allMatch(
            layer ->
                windows
                    .get(layer)
                    .equals((layer + 1) % period == 0 ? OptionalInt.empty() : window));
  }

  static void requireNoBias(boolean biased) {
    require(!biased, "biases where this kind of model has none", "it without");
  }

  static void require(boolean asComputed, String found, String known) {
    if (!asComputed) {
      throw unsupported(found, known);
    }
  }

  static IllegalArgumentException unsupported(String what, String known) {
    return new IllegalArgumentException(
        "This model cannot be written as GGUF: it has %s, but llama.cpp computes %s"
            .formatted(what, known));
  }
}
