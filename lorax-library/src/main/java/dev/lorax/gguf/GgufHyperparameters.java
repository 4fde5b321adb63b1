package dev.lorax.gguf;

import dev.lorax.model.Architecture;
import dev.lorax.model.Dimensions;
import dev.lorax.model.Gpt2;
import dev.lorax.model.Llama;
import dev.lorax.model.Mistral;
import dev.lorax.model.Qwen2;
import dev.lorax.model.Qwen3;
import dev.lorax.op.Activation;
import dev.lorax.op.RopeScaling;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** The sizes and constants of an architecture, as llama.cpp's metadata says them. */
final class GgufHyperparameters {
  /** Llama 3's rotary scaling: a factor for each frequency, as a tensor. */
  static final String ROTARY_FACTORS = "rope_freqs.weight";

  private final String name;
  private final Map<String, GgufValue> values = new LinkedHashMap<>();
  private final List<String> warnings = new ArrayList<>();
  private float[] rotaryFactors;

  private GgufHyperparameters(String name) {
    this.name = name;
  }

  /**
   * Those of an architecture.
   *
   * @param name what llama.cpp calls it
   * @throws IllegalArgumentException if llama.cpp computes something otherwise (named)
   */
  static GgufHyperparameters of(String name, Architecture architecture) {
    GgufHyperparameters found = new GgufHyperparameters(name);
    if (architecture instanceof Gpt2 gpt2) {
      found.gpt2(gpt2);
    } else if (architecture instanceof Llama llama) {
      found.llama(llama.size());
    } else if (architecture instanceof Mistral mistral) {
      found.llama(mistral.size());
      found.warnOf(List.of(mistral.window()));
    } else if (architecture instanceof Qwen2 qwen2) {
      found.llama(qwen2.size());
      found.warnOf(qwen2.windows());
    } else if (architecture instanceof Qwen3 qwen3) {
      requireNoBias(qwen3);
      found.llama(qwen3.size());
      found.warnOf(qwen3.windows());
    }
    return found;
  }

  Map<String, GgufValue> values() {
    return values;
  }

  List<String> warnings() {
    return warnings;
  }

  /** The factors by which rotary frequencies are divided, where that takes a tensor. */
  Optional<float[]> rotaryFactors() {
    return Optional.ofNullable(rotaryFactors);
  }

  private void put(String key, GgufValue value) {
    values.put(name + "." + key, value);
  }

  private void gpt2(Gpt2 model) {
    if (model.activation() != Activation.GELU_NEW
        && model.activation() != Activation.GELU_PYTORCH_TANH) {
      throw unsupported("the activation " + model.activation(), "gelu_new");
    }
    put("block_count", GgufValue.of(model.layers()));
    put("context_length", GgufValue.of(model.context()));
    put("embedding_length", GgufValue.of(model.width()));
    put("feed_forward_length", GgufValue.of(model.inner()));
    put("attention.head_count", GgufValue.of(model.heads()));
    put("attention.layer_norm_epsilon", GgufValue.of(model.epsilon()));
  }

  private void llama(Dimensions size) {
    if (size.activation() != Activation.SILU) {
      throw unsupported("the activation " + size.activation(), "silu");
    }
    put("block_count", GgufValue.of(size.layers()));
    put("context_length", GgufValue.of(size.context()));
    put("embedding_length", GgufValue.of(size.width()));
    put("feed_forward_length", GgufValue.of(size.inner()));
    put("attention.head_count", GgufValue.of(size.heads()));
    put("attention.head_count_kv", GgufValue.of(size.keyValueHeads()));
    put("attention.key_length", GgufValue.of(size.head()));
    put("attention.value_length", GgufValue.of(size.head()));
    put("attention.layer_norm_rms_epsilon", GgufValue.of(size.epsilon()));
    put("vocab_size", GgufValue.of(size.vocabulary()));
    put("rope.dimension_count", GgufValue.of(size.head()));
    put("rope.freq_base", GgufValue.of(size.theta()));
    scaling(size);
  }

  private void scaling(Dimensions size) {
    if (size.scaling() instanceof RopeScaling.Linear linear) {
      put("rope.scaling.type", GgufValue.of("linear"));
      put("rope.scaling.factor", GgufValue.of(linear.factor()));
    } else if (size.scaling() instanceof RopeScaling.Yarn yarn) {
      put("rope.scaling.type", GgufValue.of("yarn"));
      put("rope.scaling.factor", GgufValue.of(yarn.factor()));
      put("rope.scaling.original_context_length", GgufValue.of(yarn.original()));
      put("rope.scaling.yarn_beta_fast", GgufValue.of(yarn.betaFast()));
      put("rope.scaling.yarn_beta_slow", GgufValue.of(yarn.betaSlow()));
      // llama.cpp multiplies by the paper's temperature itself; this is what comes on top.
      double paper = RopeScaling.Yarn.temperature(yarn.factor(), 1);
      put("rope.scaling.yarn_attn_factor", GgufValue.of(yarn.attentionFactor() / paper));
    } else if (size.scaling() instanceof RopeScaling.Llama3) {
      if (!name.equals("llama")) {
        throw unsupported("the rotary scaling llama3", "it in Llama alone");
      }
      rotaryFactors = factors(size);
    }
  }

  private static float[] factors(Dimensions size) {
    float[] plain = new RopeScaling.Default().frequencies(size.head(), size.theta());
    float[] scaled = size.scaling().frequencies(size.head(), size.theta());
    float[] factors = new float[plain.length];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = plain[i] / scaled[i];
    }
    return factors;
  }

  private void warnOf(List<OptionalInt> windows) {
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

  private static void requireNoBias(Qwen3 model) {
    if (model.attentionBias()) {
      throw unsupported("biases in Qwen3's attention", "none");
    }
  }

  private static IllegalArgumentException unsupported(String what, String known) {
    return new IllegalArgumentException(
        "This model cannot be written as GGUF: it has %s, but llama.cpp computes %s"
            .formatted(what, known));
  }
}
