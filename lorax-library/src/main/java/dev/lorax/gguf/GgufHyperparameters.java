package dev.lorax.gguf;

import dev.lorax.model.Architecture;
import dev.lorax.model.Dimensions;
import dev.lorax.model.Gemma;
import dev.lorax.model.Gemma2;
import dev.lorax.model.Gemma3;
import dev.lorax.model.Gpt2;
import dev.lorax.model.GptBigCode;
import dev.lorax.model.GptNeoX;
import dev.lorax.model.Granite;
import dev.lorax.model.Mistral;
import dev.lorax.model.Olmo2;
import dev.lorax.model.Phi3;
import dev.lorax.model.Qwen2;
import dev.lorax.model.Qwen3;
import dev.lorax.model.SmolLm3;
import dev.lorax.op.Activation;
import dev.lorax.op.RopeScaling;
import java.util.List;
import java.util.stream.IntStream;

/** The sizes and constants of an architecture, as llama.cpp's metadata says them. */
final class GgufHyperparameters {
  private GgufHyperparameters() {}

  /**
   * Those of an architecture.
   *
   * @throws IllegalArgumentException if llama.cpp computes something otherwise (named)
   */
  static GgufFields of(Architecture architecture) {
    GgufFamily<?> family = GgufFamily.of(architecture);
    GgufFields found = new GgufFields(family.name());
    family.describe(found, architecture);
    return found;
  }

  static void gpt2(GgufFields into, Gpt2 model) {
    GgufFields.require(model.activation(), Activation.GELU_NEW, Activation.GELU_PYTORCH_TANH);
    into.stack(model.layers(), model.context(), model.width(), model.inner());
    into.put("attention.head_count", GgufValue.of(model.heads()));
    into.put("attention.layer_norm_epsilon", GgufValue.of(model.epsilon()));
  }

  static void gptBigCode(GgufFields into, GptBigCode model) {
    gpt2(into, model.size());
    into.put(
        "attention.head_count_kv", GgufValue.of(model.multiQuery() ? 1 : model.size().heads()));
  }

  static void gptNeoX(GgufFields into, GptNeoX model) {
    GgufFields.require(
        model.activation(), Activation.GELU, Activation.GELU_NEW, Activation.GELU_PYTORCH_TANH);
    if (model.activation() == Activation.GELU) {
      into.warnings().add("llama.cpp computes GELU by tanh, nearly what this model has");
    }
    GgufFields.require(model.attentionBias(), "attention without biases", "it with biases");
    into.stack(model.layers(), model.context(), model.width(), model.inner());
    into.put("attention.head_count", GgufValue.of(model.heads()));
    into.put("attention.layer_norm_epsilon", GgufValue.of(model.epsilon()));
    into.put("use_parallel_residual", GgufValue.of(model.parallel()));
    into.put("rope.dimension_count", GgufValue.of(model.turned()));
    into.put("rope.freq_base", GgufValue.of(model.theta()));
    into.scaling(model.scaling());
  }

  static void llama(GgufFields into, Dimensions size) {
    into.decoder(size, size.head(), Activation.SILU);
    if (size.scaling() instanceof RopeScaling.Llama3) {
      float[] plain = new RopeScaling.Default().frequencies(size.head(), size.theta());
      float[] scaled = size.scaling().frequencies(size.head(), size.theta());
      float[] factors = new float[plain.length];
      for (int i = 0; i < factors.length; i++) {
        factors[i] = plain[i] / scaled[i];
      }
      into.tensors().put("rope_freqs.weight", factors);
    }
  }

  static void mistral(GgufFields into, Mistral model) {
    llama(into, model.size());
    into.warnOf(List.of(model.window()));
  }

  static void granite(GgufFields into, Granite model) {
    into.decoder(model.size(), model.size().head(), Activation.SILU);
    into.put("attention.scale", GgufValue.of(model.multipliers().attention()));
    into.put("embedding_scale", GgufValue.of(model.multipliers().embedding()));
    into.put("residual_scale", GgufValue.of(model.multipliers().residual()));
    into.put("logit_scale", GgufValue.of(model.multipliers().logits()));
  }

  static void smolLm3(GgufFields into, SmolLm3 model) {
    into.decoder(model.size(), model.size().head(), Activation.SILU);
    GgufFields.requireNoBias(model.attentionBias() || model.feedForwardBias());
    boolean everyFourth =
        IntStream.range(0, model.rotated().size())
            .allMatch(layer -> model.rotated().get(layer) == ((layer + 1) % 4 != 0));
    GgufFields.require(
        everyFourth, "a choice of its own of layers without positions", "every fourth");
    into.warnOf(model.windows());
  }

  static void qwen2(GgufFields into, Qwen2 model) {
    into.decoder(model.size(), model.size().head(), Activation.SILU);
    into.warnOf(model.windows());
  }

  static void qwen3(GgufFields into, Qwen3 model) {
    into.decoder(model.size(), model.size().head(), Activation.SILU);
    GgufFields.requireNoBias(model.attentionBias());
    into.warnOf(model.windows());
  }

  static void phi3(GgufFields into, Phi3 model) {
    into.decoder(model.size(), model.turned(), Activation.SILU);
    into.warnOf(List.of(model.window()));
    if (model.size().scaling() instanceof RopeScaling.LongRope rope) {
      into.tensors().put("rope_factors_long.weight", floats(rope.longFactors()));
      into.tensors().put("rope_factors_short.weight", floats(rope.shortFactors()));
      into.put("rope.scaling.original_context_length", GgufValue.of(rope.original()));
      into.put("rope.scaling.attn_factor", GgufValue.of(rope.attentionFactor()));
      into.warnings()
          .add(
              ("llama.cpp rotates for long texts where its context is longer than %d, whatever the"
                      + " text's length: give -c %d for shorter ones")
                  .formatted(rope.original(), rope.original()));
    }
  }

  private static float[] floats(List<Double> numbers) {
    float[] floats = new float[numbers.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = numbers.get(i).floatValue();
    }
    return floats;
  }

  static void olmo2(GgufFields into, Olmo2 model) {
    into.decoder(model.size(), model.size().head(), Activation.SILU);
    GgufFields.requireNoBias(model.attentionBias());
  }

  static void gemma(GgufFields into, Gemma model) {
    into.decoder(model.size(), model.size().head(), Activation.GELU_PYTORCH_TANH);
    GgufFields.requireNoBias(model.attentionBias());
  }

  static void gemma2(GgufFields into, Gemma2 model) {
    into.decoder(model.size(), model.size().head(), Activation.GELU_PYTORCH_TANH);
    requireScale(model.scale(), model.size(), 46);
    GgufFields.require(
        Double.isFinite(model.scoreCap()) && Double.isFinite(model.logitCap()),
        "scores or logits without bounds",
        "them bounded");
    into.put("attn_logit_softcapping", GgufValue.of(model.scoreCap()));
    into.put("final_logit_softcapping", GgufValue.of(model.logitCap()));
    GgufFields.require(
        into.windows(model.windows()) == 2, "windows in other layers", "them in every other one");
  }

  static void gemma3(GgufFields into, Gemma3 model) {
    into.decoder(model.size(), model.size().head(), Activation.GELU_PYTORCH_TANH);
    requireScale(model.scale(), model.size(), 62);
    GgufFields.require(
        model.local().scaling() instanceof RopeScaling.Default
            && (model.size().scaling() instanceof RopeScaling.Default
                || model.size().scaling() instanceof RopeScaling.Linear),
        "another rotary scaling",
        "a linear one of layers that see all positions");
    into.put("rope.freq_base_swa", GgufValue.of(model.local().theta()));
    into.put("attention.sliding_window_pattern", GgufValue.of(into.windows(model.windows())));
  }

  /** llama.cpp takes the factor from the head's width, in the largest model from the model's. */
  private static void requireScale(double scale, Dimensions size, int largest) {
    int width = size.layers() == largest ? size.width() / size.heads() : size.head();
    GgufFields.require(
        Math.abs(scale * Math.sqrt(width) - 1) < 1e-6,
        "an attention scale of " + scale,
        "1 / √" + width);
  }
}
