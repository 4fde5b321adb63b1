package dev.lorax.lora;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.Forward;
import dev.lorax.Model;
import dev.lorax.Models;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.graph.Parameters;
import dev.lorax.model.Architecture;
import dev.lorax.op.Embedding;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What an adapter computes: nothing at first, then what merging by hand gives. */
class LoraTest {
  private static final int[] TOKENS = {3, 1, 4, 1, 5, 9, 2, 6};

  static Stream<Architecture> architectures() {
    return Stream.of(Models.gpt2(), Models.llama());
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void aFreshAdapterEqualsTheBaseBitForBit(Architecture architecture) {
    Graph graph = architecture.graph();
    Graph injected =
        Lorax.inject(graph, LoraConfig.builder().rank(2).targets(Targets.allLinear()).build());
    for (DType type : List.of(DType.F32, DType.BF16)) {
      try (Parameters base = Forward.filled(graph, type, 1);
          Adapter fresh = Adapter.initial(injected, 7)) {
        float[] adapted = Forward.logits(injected, base.and(fresh.parameters()), TOKENS);
        assertThat(bits(adapted)).isEqualTo(bits(Forward.logits(graph, base, TOKENS)));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void anAdapterEqualsTheBaseWithItsProductAdded(Architecture architecture) {
    Graph injected =
        Lorax.inject(
            architecture.graph(),
            LoraConfig.builder().rank(3).alpha(4).targets(Targets.allLinear()).build());
    requireEqualsMerged(architecture.graph(), injected);
  }

  @Test
  void anEmbeddingIsATargetToo() {
    Graph graph = Models.gpt2().graph();
    LoraConfig config =
        LoraConfig.builder().rank(2).targets(node -> node.op() instanceof Embedding).build();
    Graph injected = Lorax.inject(graph, config);
    Node lora = injected.node("embedder.position.lora").orElseThrow();
    assertThat(lora.shape("a").toArray()).containsExactly(2, 16);
    assertThat(lora.shape("b").toArray()).containsExactly(8, 2);
    requireEqualsMerged(graph, Lorax.inject(graph, only(config, "embedder.position")));
  }

  @Test
  void theTiedHeadReadsTheEmbeddingWithoutItsAdapter() {
    // PEFT does the same: the adapter belongs to the lookup, not to the shared table
    Graph graph = Models.gpt2().graph();
    LoraConfig config = LoraConfig.builder().targets(Targets.named("embedder.token")).build();
    Graph injected = Lorax.inject(graph, config);
    try (Parameters all = Forward.filled(injected, DType.F32, 4)) {
      float[] adapted = Forward.logits(injected, all, TOKENS);
      assertThat(adapted).isNotEqualTo(Forward.logits(graph, all, TOKENS));
      assertThat(injected.node("language_modeling_head.output").orElseThrow())
          .isEqualTo(graph.node("language_modeling_head.output").orElseThrow());
    }
  }

  private static void requireEqualsMerged(Graph graph, Graph injected) {
    try (Parameters all = Forward.filled(injected, DType.F32, 1);
        Adapter adapter = Adapter.of(injected, all);
        Merge merge = Merge.of(new Model(graph, all), adapter)) {
      float[] adapted = Forward.logits(injected, all, TOKENS);
      assertThat(Forward.difference(adapted, Forward.logits(graph, all, TOKENS)))
          .isGreaterThan(0.1);
      assertThat(Forward.difference(adapted, byHand(graph, adapter))).isLessThan(1e-4);
      assertThat(
              Forward.difference(
                  adapted, Forward.logits(merge.graph(), merge.parameters(), TOKENS)))
          .isLessThan(1e-4);
    }
  }

  /** Logits with W + (alpha / r) · B · A, multiplied out number by number. */
  private static float[] byHand(Graph graph, Adapter adapter) {
    Map<String, Tensor> values = new HashMap<>(adapter.parameters().asMap());
    try (Scope scope = new Scope()) {
      for (Node node : adapter.nodes()) {
        Lora lora = (Lora) node.op();
        String weight = adapter.target(node).name() + ".weight";
        float[] sum = values.get(weight).toFloats();
        float[] a = adapter.a(node).toFloats();
        float[] b = adapter.b(node).toFloats();
        int in = lora.target().in();
        int out = lora.target().out();
        for (int i = 0; i < out; i++) {
          for (int j = 0; j < in; j++) {
            double product = 0;
            for (int k = 0; k < lora.rank(); k++) {
              product += (double) b[i * lora.rank() + k] * a[k * in + j];
            }
            int place = lora.isLookup() ? j * out + i : i * in + j; // tables are [in, out]
            sum[place] += (float) (product * lora.alpha() / lora.rank());
          }
        }
        values.put(weight, Tensor.of(sum, values.get(weight).shape().toArray()));
      }
      return Forward.logits(graph, Parameters.of(values), TOKENS);
    }
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
    return bits;
  }

  private static LoraConfig only(LoraConfig config, String name) {
    return LoraConfig.builder()
        .rank(config.rank())
        .targets(node -> node.name().equals(name))
        .build();
  }
}
