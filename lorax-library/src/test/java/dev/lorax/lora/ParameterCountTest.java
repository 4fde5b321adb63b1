package dev.lorax.lora;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.model.Architecture;
import dev.lorax.model.Dimensions;
import dev.lorax.model.Gpt2;
import dev.lorax.model.Llama;
import dev.lorax.model.Mistral;
import dev.lorax.model.Qwen2;
import dev.lorax.model.Qwen3;
import dev.lorax.op.Activation;
import dev.lorax.op.RopeScaling;
import java.util.Collections;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Adapters have the sizes that the paper and PEFT report; no weight is allocated to know it. */
class ParameterCountTest {
  private enum Published {
    GPT2(gpt2(768, 12, 12)),
    GPT2_MEDIUM(gpt2(1024, 24, 16)),
    GPT2_LARGE(gpt2(1280, 36, 20)),
    GPT2_XL(gpt2(1600, 48, 25)),
    LLAMA2_7B(llama(32000, 4096, 32, 32, 32, 128, 11008, false)),
    LLAMA31_8B(llama(128256, 4096, 32, 32, 8, 128, 14336, false)),
    LLAMA32_1B(llama(128256, 2048, 16, 32, 8, 64, 8192, true)),
    LLAMA32_3B(llama(128256, 3072, 28, 24, 8, 128, 8192, true)),
    TINY_LLAMA(llama(32000, 2048, 22, 32, 4, 64, 5632, false)),
    SMOLLM2_135M(llama(49152, 576, 30, 9, 3, 64, 1536, true)),
    MISTRAL_7B(new Mistral(size(32000, 4096, 32, 32, 8, 128, 14336, false), OptionalInt.of(4096))),
    QWEN25_05B(qwen2(size(151936, 896, 24, 14, 2, 64, 4864, true))),
    QWEN3_06B(qwen3(size(151936, 1024, 28, 16, 8, 128, 3072, true)));

    private final Graph graph;

    Published(Architecture architecture) {
      graph = architecture.graph();
    }
  }

  @ParameterizedTest(name = "{0}: {1} numbers")
  @CsvSource({
    "GPT2, 124439808",
    "GPT2_MEDIUM, 354823168",
    "GPT2_LARGE, 774030080",
    "GPT2_XL, 1557611200",
    "LLAMA2_7B, 6738415616",
    "LLAMA31_8B, 8030261248",
    "LLAMA32_1B, 1235814400",
    "LLAMA32_3B, 3212749824",
    "TINY_LLAMA, 1100048384",
    "SMOLLM2_135M, 134515008",
    "MISTRAL_7B, 7241732096",
    "QWEN25_05B, 494032768",
    "QWEN3_06B, 596049920"
  })
  void modelsHaveTheirPublishedSize(Published model, long parameters) {
    assertThat(model.graph.parameterCount()).isEqualTo(parameters);
  }

  @ParameterizedTest(name = "{0}, query and value, rank {1}: {2}")
  @CsvSource({
    "GPT2_MEDIUM, 4, 393216", // Hu et al. 2021, table 3
    "GPT2_LARGE, 4, 737280",
    "LLAMA2_7B, 8, 4194304",
    "LLAMA31_8B, 8, 3407872",
    "LLAMA32_1B, 8, 851968",
    "LLAMA32_3B, 32, 9175040",
    "TINY_LLAMA, 8, 1126400",
    "SMOLLM2_135M, 8, 460800",
    "QWEN25_05B, 8, 540672"
  })
  void queriesAndValues(Published model, int rank, long parameters) {
    LoraConfig config = LoraConfig.builder().rank(rank).build();
    assertThat(adapter(model, config)).isEqualTo(parameters);
  }

  /**
   * PEFT adapts GPT-2's c_attn as one matrix of three times the width: A once, B thrice. Three
   * nodes have that many numbers where they share one A.
   */
  @ParameterizedTest(name = "{0}, c_attn, rank {1}: {2}")
  @CsvSource({
    "GPT2, 8, 294912",
    "GPT2, 4, 147456",
    "GPT2_MEDIUM, 4, 393216",
    "GPT2_LARGE, 4, 737280",
    "GPT2_XL, 4, 1228800"
  })
  void fusedAttentionOfGpt2(Published model, int rank, long parameters) {
    assertThat(fused(model, rank, node -> false)).isEqualTo(parameters);
  }

  @ParameterizedTest(name = "{0}, every matrix, rank {1}: {2}")
  @CsvSource({"GPT2, 8, 1179648"})
  void everyMatrixOfGpt2(Published model, int rank, long parameters) {
    assertThat(fused(model, rank, Targets.allLinear())).isEqualTo(parameters);
  }

  @ParameterizedTest(name = "{0}, every matrix, rank {1}: {2}")
  @CsvSource({
    "LLAMA2_7B, 8, 19988480",
    "LLAMA2_7B, 16, 39976960",
    "LLAMA31_8B, 8, 20971520",
    "LLAMA31_8B, 16, 41943040",
    "LLAMA32_1B, 8, 5636096",
    "LLAMA32_1B, 16, 11272192",
    "TINY_LLAMA, 8, 6307840",
    "SMOLLM2_135M, 8, 2442240",
    "QWEN25_05B, 8, 4399104",
    "QWEN3_06B, 8, 5046272"
  })
  void everyMatrix(Published model, int rank, long parameters) {
    LoraConfig config = LoraConfig.builder().rank(rank).targets(Targets.allLinear()).build();
    assertThat(adapter(model, config)).isEqualTo(parameters);
  }

  private static long adapter(Published model, LoraConfig config) {
    return Lorax.inject(model.graph, config).parameterCount() - model.graph.parameterCount();
  }

  /** The size of an adapter of c_attn, where key and value use the query's A, and others. */
  private static long fused(Published model, int rank, Predicate<Node> others) {
    LoraConfig config = LoraConfig.builder().rank(rank).build();
    Graph injected = Lorax.inject(model.graph, node -> SharedA.choice(node, config, others));
    return injected.parameterCount() - model.graph.parameterCount();
  }

  private static Gpt2 gpt2(int width, int layers, int heads) {
    return new Gpt2(50257, 1024, width, layers, heads, 4 * width, Activation.GELU_NEW, 1e-5, true);
  }

  private static Llama llama(
      int vocabulary,
      int width,
      int layers,
      int heads,
      int keyValueHeads,
      int head,
      int inner,
      boolean tied) {
    return new Llama(
        size(vocabulary, width, layers, heads, keyValueHeads, head, inner, tied), false, false);
  }

  private static Qwen2 qwen2(Dimensions size) {
    return new Qwen2(size, Collections.nCopies(size.layers(), OptionalInt.empty()));
  }

  private static Qwen3 qwen3(Dimensions size) {
    return new Qwen3(size, false, Collections.nCopies(size.layers(), OptionalInt.empty()));
  }

  private static Dimensions size(
      int vocabulary,
      int width,
      int layers,
      int heads,
      int keyValueHeads,
      int head,
      int inner,
      boolean tied) {
    return new Dimensions(
        vocabulary,
        4096,
        width,
        layers,
        heads,
        keyValueHeads,
        head,
        inner,
        Activation.SILU,
        1e-5,
        10_000,
        new RopeScaling.Default(),
        tied);
  }
}
