package dev.lorax.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.Forward;
import dev.lorax.Model;
import dev.lorax.Models;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Parameters;
import dev.lorax.graph.Sequences;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Copies;
import dev.lorax.lora.LoraConfig;
import dev.lorax.run.KvCache;
import dev.lorax.run.Pass;
import dev.lorax.run.Session;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Parameters of the base that an adapter trains itself, over bases of either type. */
class CopiesTrainingTest {
  private static final Graph GRAPH = Models.gpt2().graph();
  private static final int[] TOKENS = {3, 1, 28, 7, 7, 0};

  private static LoraConfig config() {
    return LoraConfig.builder()
        .rank(2)
        .tokens(7, 28)
        .copies(
            Copies.biases().and(Copies.nodes("language_modeling_head.output", "embedder.position")))
        .build();
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "BF16"})
  void copiesLearnInFloat32AndAreComputedWithAsTheBaseIs(DType type) {
    Batch batch = Batch.ofLabels(List.of(TOKENS), List.of(TOKENS));
    try (Parameters base = Forward.filled(GRAPH, type, 3);
        Adapter adapter = Adapter.initial(new Model(GRAPH, base), config(), 5)) {
      Map<String, float[]> before = new java.util.TreeMap<>();
      adapter.trained().asMap().forEach((name, value) -> before.put(name, value.toFloats()));
      List<Double> losses = new ArrayList<>();
      try (Trainer trainer =
          Trainer.of(new Model(GRAPH, base), adapter, number -> batch)
              .steps(20)
              .learningRate(0.02)
              .seed(1)
              .build()) {
        trainer.forEach(step -> losses.add(step.loss()));
      }
      assertThat(losses.get(19)).isLessThan(0.7 * losses.get(0));
      for (String name : adapter.copies()) {
        Tensor after = adapter.parameters().get(name);
        assertThat(after.dtype()).isEqualTo(DType.F32);
        assertThat(after.toFloats()).as(name).isNotEqualTo(before.get(name));
      }
      requireSameStepByStep(adapter, base.and(adapter.parameters()), type);
    }
  }

  /** The pass of all tokens, and one token after the other. */
  private static void requireSameStepByStep(Adapter adapter, Parameters all, DType type) {
    Session session = new Session(adapter.graph(), all);
    try (Scope scope = new Scope();
        Gradients off = Gradients.off();
        KvCache cache = new KvCache(1, 8)) {
      Tensor whole = session.run(Pass.of(TOKENS, Sequences.of(TOKENS.length)), scope);
      assertThat(whole.dtype()).isEqualTo(type);
      Tensor last = null;
      for (int token : TOKENS) {
        Pass one = Pass.of(new int[] {token}, Sequences.of(1)).after(cache.select(0));
        last = session.run(one, scope);
      }
      Tensor wanted = whole.narrow(0, TOKENS.length - 1, 1);
      double difference = last.to(DType.F32).sub(wanted.to(DType.F32)).abs().max().item();
      assertThat(difference).isLessThan(type == DType.F32 ? 1e-4 : 0.3);
    }
  }
}
