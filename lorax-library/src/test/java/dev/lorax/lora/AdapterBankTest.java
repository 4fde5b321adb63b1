package dev.lorax.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorax.Forward;
import dev.lorax.Models;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.checkpoint.Weights;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Mode;
import dev.lorax.graph.Node;
import dev.lorax.graph.Parameters;
import dev.lorax.graph.Sequences;
import dev.lorax.model.Architecture;
import dev.lorax.op.Embedding;
import dev.lorax.parity.Fixture;
import dev.lorax.peft.PeftFolder;
import dev.lorax.run.Pass;
import dev.lorax.run.Session;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A batch in which each sequence has its own adapter equals each alone. */
class AdapterBankTest {
  private static final int[] TOKENS = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5};
  private static final Sequences LENGTHS = Sequences.of(4, 2, 3, 2);
  private static final int[] STARTS = {0, 4, 6, 9, 11};

  static Stream<Architecture> architectures() {
    return Stream.of(Models.gpt2(), Models.llama());
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void aMixedBatchEqualsEachAlone(Architecture architecture) {
    Graph graph = architecture.graph();
    try (Parameters base = Forward.filled(graph, DType.F32, 1);
        Members members = new Members(graph);
        AdapterBank bank = AdapterBank.of(graph, members.all)) {
      int[] numbers = {bank.number("wide"), 0, bank.number("narrow"), bank.number("lookup")};
      float[] mixed = logits(bank.graph(), base.and(bank.parameters()), numbers);
      for (int i = 0; i < numbers.length; i++) {
        Parameters all = numbers[i] == 0 ? base : base.and(members.of(bank, i, numbers));
        Graph alone = numbers[i] == 0 ? graph : members.all.get(name(bank, numbers[i])).graph();
        float[] wanted =
            Forward.logits(alone, all, Arrays.copyOfRange(TOKENS, STARTS[i], STARTS[i + 1]));
        float[] found = Arrays.copyOfRange(mixed, STARTS[i] * 29, STARTS[i + 1] * 29);
        assertThat(Forward.difference(found, wanted)).as("sequence %d", i).isLessThan(1e-5);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("architectures")
  void aBatchThatChoosesNothingEqualsTheBaseBitForBit(Architecture architecture) {
    Graph graph = architecture.graph();
    for (DType type : List.of(DType.F32, DType.BF16)) {
      try (Parameters base = Forward.filled(graph, type, 1);
          Members members = new Members(graph);
          AdapterBank bank = AdapterBank.of(graph, members.all)) {
        Parameters all = base.and(bank.parameters());
        float[] wanted = logits(graph, base);
        assertThat(logits(bank.graph(), all)).isEqualTo(wanted);
        assertThat(logits(bank.graph(), all, 0, 0, 0, 0)).isEqualTo(wanted);
        float[] one = logits(bank.graph(), all, 0, 1, 0, 0);
        assertThat(Arrays.copyOf(one, 4 * 29)).isEqualTo(Arrays.copyOf(wanted, 4 * 29));
        assertThat(Arrays.copyOfRange(one, 4 * 29, 6 * 29))
            .isNotEqualTo(Arrays.copyOfRange(wanted, 4 * 29, 6 * 29));
      }
    }
  }

  @Test
  void theAdaptersMayBeClosedAndDropoutIsOffEvenInTraining() {
    Graph graph = Models.llama().graph();
    try (Parameters base = Forward.filled(graph, DType.F32, 1);
        Members members = new Members(graph);
        AdapterBank bank = AdapterBank.of(graph, members.all)) {
      Parameters all = base.and(bank.parameters());
      float[] before = logits(bank.graph(), all, 1, 2, 3, 0);
      members.close();
      Pass training = Pass.of(TOKENS, LENGTHS).choosing(1, 2, 3, 0).in(Mode.training(1, 1));
      assertThat(run(bank.graph(), all, training)).isEqualTo(before);
    }
  }

  @Test
  void targetsThatReadTheSameValueShareAProduct() {
    Graph graph = Models.llama().graph();
    try (Members members = new Members(graph);
        AdapterBank bank = AdapterBank.of(graph, members.all)) {
      Node down =
          bank.graph().node("decoder.blocks.0.self_attention.query.bank_down").orElseThrow();
      assertThat(down.op()).isEqualTo(new BankDown(8, 3 * 3 + 2 * 2, false)); // 3 of one, 2 of one
      List<String> down0 =
          bank.graph().nodes().values().stream()
              .map(Node::name)
              .filter(name -> name.startsWith("decoder.blocks.0.") && name.endsWith("bank_down"))
              .toList();
      assertThat(down0).hasSize(4); // query, key and value share one; so do gate and up
      assertThat(bank.names()).containsExactly("wide", "narrow", "lookup");
    }
  }

  @Test
  void adaptersOfPeftInOneBatchGiveWhatPeftGives() {
    Fixture fixture = Fixture.named("llama-two-adapters");
    List<int[]> rows = fixture.rows("input_ids");
    int[] tokens = rows.stream().flatMapToInt(Arrays::stream).toArray();
    try (Checkpoint base = Checkpoint.open(fixture.folder(), DType.F32);
        Weights wanted = fixture.values()) {
      Map<String, Adapter> adapters = new LinkedHashMap<>();
      for (String name : List.of("a", "b", "c")) {
        adapters.put(name, PeftFolder.read(fixture.folder().resolve("adapters/" + name), base));
      }
      try (AdapterBank bank = AdapterBank.of(base.graph(), adapters)) {
        Session session = new Session(bank.graph(), base.parameters().and(bank.parameters()));
        Pass pass = Pass.of(tokens, Sequences.of(rows));
        requireEqual(session, pass.choosing(1, 0), wanted, "logits_mixed_batch_a_base");
        requireEqual(session, pass.choosing(2, 3), wanted, "logits_mixed_batch_b_c");
        requireEqual(session, pass.choosing(2, 2), wanted, "logits_b");
        requireEqual(session, pass, wanted, "logits_base");
        Map<String, Map<String, Double>> sums = new LinkedHashMap<>();
        sums.put("cat", Map.of("a", 0.7, "b", 0.4, "c", 0.5));
        sums.put("both", Map.of("a", 1.0, "b", 1.0));
        sums.put("silent", Map.of("c", 0.0));
        try (AdapterBank mixed = bank.mixing(sums)) {
          Session sum = new Session(mixed.graph(), base.parameters().and(mixed.parameters()));
          requireEqual(sum, pass.choosing(4, 4), wanted, "logits_cat");
          requireEqual(sum, pass.choosing(5, 5), wanted, "logits_a_and_b_active");
          requireEqual(sum, pass.choosing(1, 6), wanted, "logits_mixed_batch_a_base");
          requireEqual(sum, pass.choosing(2, 3), wanted, "logits_mixed_batch_b_c");
        }
        requireEqual(session, pass.choosing(2, 3), wanted, "logits_mixed_batch_b_c");
      }
      adapters.values().forEach(Adapter::close);
    }
  }

  @Test
  void aNegativeWeightTakesAwayWhatAnAdapterAdds() {
    Graph graph = Models.llama().graph();
    try (Parameters base = Forward.filled(graph, DType.F32, 1);
        Members members = new Members(graph);
        AdapterBank bank = AdapterBank.of(graph, members.all);
        AdapterBank mixed = bank.mixing(Map.of("less", Map.of("wide", -1.5, "narrow", 0.5)))) {
      float[] found = logits(mixed.graph(), base.and(mixed.parameters()), 0, 4, 4, 4);
      Adapter wide = members.all.get("wide");
      Adapter narrow = members.all.get("narrow");
      wide.nodes().forEach(node -> wide.b(node).mulInPlace(-1.5));
      narrow.nodes().forEach(node -> narrow.b(node).mulInPlace(0.5));
      try (AdapterBank scaled = AdapterBank.of(graph, members.all);
          AdapterBank sum = scaled.mixing(Map.of("sum", Map.of("wide", 1.0, "narrow", 1.0)))) {
        float[] wanted = logits(sum.graph(), base.and(sum.parameters()), 0, 4, 4, 4);
        assertThat(Forward.difference(found, wanted)).isLessThan(1e-5);
        assertThat(Forward.difference(found, logits(graph, base))).isGreaterThan(1e-2);
      }
    }
  }

  private static void requireEqual(Session session, Pass pass, Weights values, String name) {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      float[] wanted = scope.adopt(values.get(name)).toFloats();
      assertThat(Forward.difference(session.run(pass, scope).toFloats(), wanted))
          .as(name)
          .isLessThan(1e-5);
    }
  }

  @Test
  void whatIsNoBankIsRefusedInOneLine() {
    Graph graph = Models.llama().graph();
    refuses(() -> AdapterBank.of(graph, Map.of()), "A bank needs at least one adapter");
    try (Members members = new Members(graph);
        AdapterBank bank = AdapterBank.of(graph, members.all)) {
      refuses(
          () -> bank.number("poet"), "There is no adapter 'poet': known are wide, narrow, lookup");
      refuses(
          () -> bank.mixing(Map.of("sum", Map.of("poet", 1.0))),
          "There is no adapter 'poet': known are wide, narrow, lookup");
      refuses(
          () -> bank.mixing(Map.of("wide", Map.of("narrow", 1.0))),
          "There is an adapter 'wide' already");
      refuses(
          () -> bank.mixing(Map.of("sum", Map.of("wide", Double.NaN))),
          "'sum' has the weight NaN: give a finite number");
      refuses(
          () -> AdapterBank.of(Models.gpt2().graph(), members.all),
          "Adapter 'wide' was made for another graph");
      refuses(() -> Pass.of(TOKENS, LENGTHS).choosing(1, 2), "2 choices are not one for each of");
      Adapter broken = members.all.get("narrow");
      broken.b(broken.nodes().get(0)).mulInPlace(Double.NaN);
      refuses(
          () -> AdapterBank.of(graph, members.all),
          "Adapter 'narrow' holds NaN or infinity in decoder.blocks.0.self_attention.query.lora.b");
    }
  }

  @Test
  void adaptersOfExpertsAreRefused() {
    Fixture mixture = Fixture.named("mixtral-lora-experts");
    try (Checkpoint base = Checkpoint.open(mixture.folder(), DType.F32);
        Adapter adapter = PeftFolder.read(mixture.folder().resolve("adapter"), base)) {
      refuses(
          () -> AdapterBank.of(base.graph(), Map.of("one", adapter)).close(),
          "Adapter 'one' adapts decoder.blocks.0.ffn.experts.0.gate: a bank holds no adapters of");
    }
  }

  private static void refuses(Runnable call, String message) {
    assertThatThrownBy(call::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message)
        .hasMessageNotContaining("\n");
  }

  private static String name(AdapterBank bank, int number) {
    return bank.names().get(number - 1);
  }

  private static float[] logits(Graph graph, Parameters parameters, int... numbers) {
    Pass pass = Pass.of(TOKENS, LENGTHS);
    return run(graph, parameters, numbers.length == 0 ? pass : pass.choosing(numbers));
  }

  private static float[] run(Graph graph, Parameters parameters, Pass pass) {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      return new Session(graph, parameters).run(pass, scope).toFloats();
    }
  }

  /** Three adapters that differ in rank, alpha and targets. */
  private static final class Members implements AutoCloseable {
    private final Map<String, Adapter> all = new LinkedHashMap<>();

    Members(Graph graph) {
      add(graph, "wide", 3, 5, Targets.allLinear());
      add(graph, "narrow", 2, 7, Targets.named("query", "value"));
      add(graph, "lookup", 1, 2, node -> node.op() instanceof Embedding);
    }

    private void add(Graph graph, String name, int rank, double alpha, Predicate<Node> targets) {
      LoraConfig config =
          LoraConfig.builder().rank(rank).alpha(alpha).dropout(0.5).targets(targets).build();
      Adapter adapter = Adapter.initial(Lorax.inject(graph, config), rank);
      try (Scope scope = new Scope()) {
        for (Node node : adapter.nodes()) {
          Tensor b = adapter.b(node);
          b.copyInPlace(Tensor.normal(DType.F32, 0.4, rank + node.id(), b.shape().toArray()));
        }
      }
      all.put(name, adapter);
    }

    Parameters of(AdapterBank bank, int sequence, int... numbers) {
      return all.get(name(bank, numbers[sequence])).parameters();
    }

    @Override
    public void close() {
      all.values().forEach(Adapter::close);
    }
  }
}
