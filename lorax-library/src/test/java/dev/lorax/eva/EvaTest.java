package dev.lorax.eva;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lorax.Forward;
import dev.lorax.Model;
import dev.lorax.Models;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.graph.Parameters;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Copies;
import dev.lorax.lora.Dora;
import dev.lorax.lora.EvaStart;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Targets;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Svd;
import dev.lorax.tensor.Tensor;
import dev.lorax.train.Batch;
import dev.lorax.train.Batches;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EvaTest {
  private static final Graph GRAPH = Models.llama().graph();

  private static LoraConfig.Builder config() {
    return LoraConfig.builder().rank(2).alpha(6).start(new EvaStart());
  }

  private static Batches batches() {
    return number ->
        Batch.ofLabels(
            List.of(tokens(number), tokens(number + 100)),
            List.of(tokens(number), tokens(number + 100)));
  }

  private static int[] tokens(long seed) {
    return new Random(seed).ints(12, 0, 29).toArray();
  }

  @Test
  void aFreshAdapterChangesNothingAndKeepsTheBudgetOfRanks() {
    LoraConfig config = config().targets(Targets.named("query", "value", "down")).build();
    try (Parameters base = Forward.filled(GRAPH, DType.F32, 3);
        Adapter adapter = Eva.adapter(new Model(GRAPH, base), config, batches(), 1)) {
      int[] tokens = tokens(7);
      float[] wanted = Forward.logits(GRAPH, base, tokens);
      float[] found = Forward.logits(adapter.graph(), base.and(adapter.parameters()), tokens);
      assertThat(found).isEqualTo(wanted);
      assertThat(adapter.nodes().stream().mapToInt(node -> adapter.lora(node).rank()).sum())
          .isEqualTo(6 * 2);
      assertThat(adapter.nodes())
          .allSatisfy(node -> assertThat(adapter.lora(node).rank()).isBetween(1, 4))
          .allSatisfy(node -> assertThat(adapter.lora(node).scale()).isCloseTo(3, within(1e-12)));
    }
  }

  @Test
  void whatElseIsTrainedIsNotForgotten() {
    LoraConfig config = config().tokens(3, 5).copies(Copies.nodes("decoder.norm")).build();
    try (Parameters base = Forward.filled(GRAPH, DType.F32, 3);
        Adapter adapter = Eva.adapter(new Model(GRAPH, base), config, batches(), 1)) {
      assertThat(adapter.copies()).containsExactly("decoder.norm.weight");
      assertThat(adapter.trained().names()).contains("embedder.token.tokens.rows");
    }
  }

  @Test
  void theDirectionsAreOrthonormalAndSharedByNodesThatReadOneValue() {
    LoraConfig config =
        config().targets(Targets.named("0.self_attention.query", "0.self_attention.key")).build();
    try (Parameters base = Forward.filled(GRAPH, DType.F32, 3);
        Adapter adapter = Eva.adapter(new Model(GRAPH, base), config, batches(), 1);
        Scope scope = new Scope()) {
      for (Node node : adapter.nodes()) {
        Tensor a = adapter.a(node);
        double size = a.matmul(a.transpose(0, 1)).norm().item();
        assertThat(size * size).isCloseTo(adapter.lora(node).rank(), within(1e-4));
      }
      Tensor query = adapter.a(adapter.nodes().get(0)).narrow(0, 0, 1);
      Tensor key = adapter.a(adapter.nodes().get(1)).narrow(0, 0, 1);
      assertThat(query.sub(key).abs().max().item()).isZero();
    }
  }

  @Test
  void groupsOfRowsGiveTheComponentsOfAllTogether() {
    try (Scope scope = new Scope();
        PrincipalComponents parts = new PrincipalComponents(8)) {
      Tensor rows = Tensor.normal(DType.F32, 1, 4, 60, 8).add(0.5);
      parts.add(rows.narrow(0, 0, 20));
      parts.add(rows.narrow(0, 20, 10));
      parts.add(rows.narrow(0, 30, 30));
      Tensor centred = rows.sub(rows.sum(0).mul(1.0 / 60).view(1, -1));
      double[] values = Svd.of(centred).values().toDoubles();
      double all = centred.square().sum().item();
      for (int i = 0; i < 8; i++) {
        assertThat(parts.shares()[i]).isCloseTo(values[i] * values[i] / all, within(1e-4));
      }
    }
  }

  @Test
  void whatDoesNotGoTogetherIsRefused() {
    try (Parameters base = Forward.filled(GRAPH, DType.F32, 3)) {
      Model model = new Model(GRAPH, base);
      LoraConfig dora = config().form(Dora::of).build();
      assertThatThrownBy(() -> Eva.adapter(model, dora, batches(), 1))
          .hasMessageContaining("plain LoRA");
      LoraConfig table = config().targets(Targets.named("embedder.token")).build();
      assertThatThrownBy(() -> Eva.adapter(model, table, batches(), 1))
          .hasMessageContaining("embedder.token reads ids");
      assertThatThrownBy(() -> Adapter.initial(model, config().build(), 1))
          .hasMessageContaining("Eva.adapter");
      LoraConfig plain = LoraConfig.builder().build();
      assertThatThrownBy(() -> Eva.adapter(model, plain, batches(), 1))
          .hasMessageContaining("not eva");
    }
  }
}
