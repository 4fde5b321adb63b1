package dev.lorax.eva;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lorax.Forward;
import dev.lorax.Model;
import dev.lorax.Models;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.graph.Parameters;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Copies;
import dev.lorax.lora.Dora;
import dev.lorax.lora.EvaStart;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Targets;
import dev.lorax.parity.Fixture;
import dev.lorax.run.Pass;
import dev.lorax.run.Session;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Svd;
import dev.lorax.tensor.Tensor;
import dev.lorax.train.Batch;
import dev.lorax.train.Batches;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
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

  /** Two rows vary in one direction: from one to the other. */
  @Test
  void theHeadOfAClassifierIsSeenWhereItReadsPairs() {
    String head = "sequence_classification_head.";
    List<int[]> tokens = List.of(tokens(1), tokens(2));
    Batch batch = Batch.ofClasses(tokens, 0, 1).typed(List.of(types(4), types(7)));
    LoraConfig config =
        LoraConfig.builder()
            .rank(1)
            .targets(Targets.named(head + "dense"))
            .copies(Copies.nodes(head + "output"))
            .start(new EvaStart())
            .build();
    try (Checkpoint base =
            Checkpoint.open(Fixture.named("classifiers/bert-lora").folder(), DType.F32);
        Adapter adapter = Eva.adapter(base, config, number -> batch, 1);
        Scope scope = new Scope()) {
      Tensor rows = rowsOfHead(base, batch, scope);
      Tensor between = rows.narrow(0, 1, 1).sub(rows.narrow(0, 0, 1));
      Tensor a = adapter.a(adapter.nodes().get(0));
      double cosine = a.mul(between).sum().item() / between.norm().item();
      assertThat(Math.abs(cosine)).isCloseTo(1, within(1e-4));
      assertThat(adapter.copies()).contains(head + "output.weight");
    }
  }

  private static int[] types(int first) {
    return IntStream.range(0, 12).map(row -> row < first ? 0 : 1).toArray();
  }

  /** What the head reads: of each sequence, the first row. */
  private static Tensor rowsOfHead(Checkpoint base, Batch batch, Scope scope) {
    int rows = base.graph().node("sequence_classification_head.rows").orElseThrow().id();
    List<float[]> seen = new ArrayList<>();
    Graph watched =
        base.graph()
            .insertAfter(
                node -> node.id() == rows,
                (node, moved) ->
                    new Node(
                        node.id(),
                        "watched",
                        new Watched(value -> seen.add(value.toFloats())),
                        List.of(moved.id())));
    Pass pass =
        Pass.of(batch.tokens(), batch.sequences()).firstRows().typed(batch.types().orElseThrow());
    new Session(watched, base.parameters()).run(pass, scope);
    return Tensor.of(seen.get(0), 2, seen.get(0).length / 2);
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
