package dev.lorax.gguf;

import static dev.lorax.gguf.GgufFamily.Trait.FUSED_ATTENTION;
import static dev.lorax.gguf.GgufFamily.Trait.FUSED_GATE;
import static dev.lorax.gguf.GgufFamily.Trait.NEIGHBOURS;
import static dev.lorax.gguf.GgufFamily.Trait.OWN_HEAD;
import static dev.lorax.gguf.GgufFamily.Trait.TIED_HEAD;

import dev.lorax.model.Architecture;
import dev.lorax.model.Gemma;
import dev.lorax.model.Gemma2;
import dev.lorax.model.Gemma3;
import dev.lorax.model.Gpt2;
import dev.lorax.model.GptBigCode;
import dev.lorax.model.GptNeoX;
import dev.lorax.model.Granite;
import dev.lorax.model.Llama;
import dev.lorax.model.Mistral;
import dev.lorax.model.Olmo2;
import dev.lorax.model.Phi3;
import dev.lorax.model.Qwen2;
import dev.lorax.model.Qwen3;
import dev.lorax.model.SmolLm3;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/**
 * What llama.cpp calls an architecture, and how it keeps and computes it: a new one is a line here.
 *
 * @param type the architecture
 * @param name llama.cpp's name
 * @param sizes puts its sizes and constants
 * @param traits how its tensors differ from ours
 */
record GgufFamily<M extends Architecture>(
    Class<M> type, String name, BiConsumer<GgufFields, M> sizes, Set<Trait> traits) {
  /** In what llama.cpp's tensors may differ from ours. */
  enum Trait {
    /** Query, key and value lie below each other in one tensor. */
    FUSED_ATTENTION,
    /** Gate and up lie below each other in one tensor. */
    FUSED_GATE,
    /**
     * A number of queries and keys is rotated with its neighbour, not with one half a head away.
     */
    NEIGHBOURS,
    /** The output head shares the embedding's table in any case. */
    TIED_HEAD,
    /** The output head has a table of its own in any case. */
    OWN_HEAD
  }

  private static final List<GgufFamily<?>> KNOWN =
      List.of(
          of(Gpt2.class, "gpt2", GgufHyperparameters::gpt2, FUSED_ATTENTION),
          of(GptBigCode.class, "starcoder", GgufHyperparameters::gptBigCode, FUSED_ATTENTION),
          of(GptNeoX.class, "gptneox", GgufHyperparameters::gptNeoX, FUSED_ATTENTION, OWN_HEAD),
          of(
              Llama.class,
              "llama",
              (into, model) -> GgufHyperparameters.llama(into, model.size()),
              NEIGHBOURS),
          of(Mistral.class, "llama", GgufHyperparameters::mistral, NEIGHBOURS),
          of(Granite.class, "granite", GgufHyperparameters::granite, NEIGHBOURS),
          of(SmolLm3.class, "smollm3", GgufHyperparameters::smolLm3, NEIGHBOURS),
          of(Qwen2.class, "qwen2", GgufHyperparameters::qwen2),
          of(Qwen3.class, "qwen3", GgufHyperparameters::qwen3),
          of(Phi3.class, "phi3", GgufHyperparameters::phi3, FUSED_ATTENTION, FUSED_GATE),
          of(Olmo2.class, "olmo2", GgufHyperparameters::olmo2, OWN_HEAD),
          of(Gemma.class, "gemma", GgufHyperparameters::gemma, TIED_HEAD),
          of(Gemma2.class, "gemma2", GgufHyperparameters::gemma2, TIED_HEAD),
          of(Gemma3.class, "gemma3", GgufHyperparameters::gemma3));

  private static <M extends Architecture> GgufFamily<M> of(
      Class<M> type, String name, BiConsumer<GgufFields, M> sizes, Trait... traits) {
    return new GgufFamily<>(type, name, sizes, Set.of(traits));
  }

  /**
   * That of an architecture.
   *
   * @throws IllegalArgumentException if there is none; the message names those that are known
   */
  static GgufFamily<?> of(Architecture architecture) {
    return KNOWN.stream()
        .filter(family -> family.type.isInstance(architecture))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Models of kind %s cannot be written as GGUF yet: known are %s"
                        .formatted(
                            architecture.getClass().getSimpleName(),
                            KNOWN.stream()
                                .map(family -> family.type.getSimpleName())
                                .collect(Collectors.joining(", ")))));
  }

  boolean has(Trait trait) {
    return traits.contains(trait);
  }

  /** Puts the sizes and constants of a model of this kind. */
  void describe(GgufFields into, Architecture model) {
    sizes.accept(into, type.cast(model));
  }
}
