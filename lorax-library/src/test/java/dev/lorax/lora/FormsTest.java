package dev.lorax.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lorax.Forward;
import dev.lorax.Model;
import dev.lorax.Models;
import dev.lorax.StubCall;
import dev.lorax.StubRecording;
import dev.lorax.graph.Differentiable;
import dev.lorax.graph.Differentiable.Recorded;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Mode;
import dev.lorax.graph.Node;
import dev.lorax.graph.ParameterSpec;
import dev.lorax.graph.Parameters;
import dev.lorax.graph.Sequences;
import dev.lorax.op.Dense;
import dev.lorax.op.Embedding;
import dev.lorax.op.Linear;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Precision;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Svd;
import dev.lorax.tensor.Tensor;
import dev.lorax.tensor.Weight;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The forms in which a low-rank product enters, and the starts of A and B. */
class FormsTest {
  private static final int[] TOKENS = {3, 1, 28, 7, 7, 0};

  static Stream<LoraConfig.Builder> forms() {
    return Stream.of(
        LoraConfig.builder().form(Dora::of),
        LoraConfig.builder().form(Dora::of).rankStabilized(true),
        LoraConfig.builder().form(BiasedLora::of),
        LoraConfig.builder().start(new GaussianStart()),
        LoraConfig.builder().start(new OrthogonalStart()),
        LoraConfig.builder().start(new PissaStart()),
        LoraConfig.builder().start(new OloraStart()),
        LoraConfig.builder().start(Starts.named("pissa_niter_4")),
        LoraConfig.builder().tokens(7, 28),
        LoraConfig.builder().copies(Copies.biases()),
        LoraConfig.builder().copies(Copies.nodes("language_modeling_head.output")));
  }

  @ParameterizedTest
  @MethodSource("forms")
  void aFreshAdapterChangesNothing(LoraConfig.Builder form) {
    LoraConfig config = form.rank(4).alpha(6).targets(Targets.named("query", "down")).build();
    Graph graph = Models.gpt2().graph();
    try (Parameters base = Forward.filled(graph, DType.F32, 3);
        Adapter adapter = Adapter.initial(new Model(graph, base), config, 5)) {
      float[] wanted = Forward.logits(graph, base, TOKENS);
      float[] found = Forward.logits(adapter.graph(), base.and(adapter.parameters()), TOKENS);
      assertThat(Forward.difference(found, wanted)).isLessThanOrEqualTo(rounding(config));
    }
  }

  /** Sums that cancel, and logits of a head that is computed in two parts, are rounded anew. */
  private static double rounding(LoraConfig config) {
    boolean cancels = config.start().isSubtracted() || config.start() instanceof OrthogonalStart;
    return cancels ? 1e-4 : config.tokens().isEmpty() ? 0 : 1e-6;
  }

  @ParameterizedTest
  @MethodSource("forms")
  void mergedEqualsUnmerged(LoraConfig.Builder form) {
    LoraConfig config = form.rank(4).alpha(6).targets(Targets.named("query", "down")).build();
    Graph graph = Models.gpt2().graph();
    try (Parameters base = Forward.filled(graph, DType.F32, 3);
        Adapter adapter = Adapter.initial(new Model(graph, base), config, 5)) {
      stir(adapter);
      float[] unmerged = Forward.logits(adapter.graph(), base.and(adapter.parameters()), TOKENS);
      try (Merge merge = Merge.of(new Model(graph, base), adapter)) {
        float[] merged = Forward.logits(merge.graph(), merge.parameters(), TOKENS);
        assertThat(Forward.difference(merged, unmerged)).isLessThan(2e-4);
      }
      assertThat(Forward.difference(unmerged, Forward.logits(graph, base, TOKENS)))
          .isGreaterThan(0.01);
    }
  }

  /** Adds something to all that is trained. */
  private static void stir(Adapter adapter) {
    try (Scope scope = new Scope()) {
      adapter
          .trained()
          .asMap()
          .forEach(
              (name, value) ->
                  value.addInPlace(
                      Tensor.normal(DType.F32, 0.05, name.hashCode(), value.shape().toArray()), 1));
    }
  }

  @Test
  void whatTrainingLeavesAloneIsNotTrained() {
    Graph graph = Models.gpt2().graph();
    LoraConfig config = LoraConfig.builder().rank(2).start(new PissaStart()).build();
    try (Parameters base = Forward.filled(graph, DType.F32, 3);
        Adapter adapter = Adapter.initial(new Model(graph, base), config, 5)) {
      assertThat(adapter.parameters().names()).anyMatch(name -> name.endsWith("start_a"));
      assertThat(adapter.trained().names()).noneMatch(name -> name.contains("start"));
      assertThat(adapter.trained().count()).isEqualTo(4 * 2 * (8 + 8));
    }
  }

  @Test
  void doraLengthensTheRowsOfTheSumToTheMagnitude() {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      Map<String, Tensor> values = values(dora(new Dense(8, 3, true)), DType.F64);
      Tensor x = Tensor.normal(DType.F64, 1, 9, 5, 8);
      Tensor sum = values.get("weight").add(values.get("b").matmul(values.get("a")).mul(3.0 / 2));
      Tensor ratio = values.get("magnitude").div(sum.square().sum(1).sqrt()).view(-1, 1);
      Tensor wanted = x.matmul(sum.mul(ratio).transpose(0, 1)).add(values.get("bias"));
      Tensor wx = x.matmul(values.get("weight").transpose(0, 1)).add(values.get("bias"));
      Tensor found = dora(new Dense(8, 3, true)).apply(call(values, wx, x));
      assertThat(found.sub(wanted).abs().max().item()).isLessThan(1e-12);
    }
  }

  @Test
  void doraOfATableIsThatOfItsTransposedMatrix() {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      Dora dora = dora(new Embedding(7, 3));
      Map<String, Tensor> values = values(dora, DType.F64);
      Tensor ids = Tensor.of(new long[] {1, 4, 4, 0}, 4);
      Tensor change = values.get("b").matmul(values.get("a")).mul(3.0 / 2); // [width, rows]
      Tensor sum = values.get("weight").transpose(0, 1).add(change);
      Tensor ratio = values.get("magnitude").div(sum.square().sum(1).sqrt()).view(-1, 1);
      Tensor wanted = sum.mul(ratio).transpose(0, 1).rows(ids);
      Tensor found = dora.apply(call(values, values.get("weight").rows(ids), ids));
      assertThat(found.sub(wanted).abs().max().item()).isLessThan(1e-12);
    }
  }

  @Test
  void doraComesBackAsTheEngineDoes() {
    Dora dora = dora(new Dense(8, 3, true));
    try (Scope scope = new Scope()) {
      Map<String, Tensor> values = values(dora, DType.F64);
      Tensor wx = Tensor.normal(DType.F64, 1, 8, 5, 3);
      Tensor x = Tensor.normal(DType.F64, 1, 9, 5, 8);
      StubCall call = call(values, wx, x);
      requireSameGradients(dora, call, List.of("a", "b", "magnitude"));
    }
  }

  @Test
  void aResidualComesBackAsTheEngineDoes() {
    ResidualLora residual = new ResidualLora(Lora.of(new Dense(8, 3, true), 2, 3));
    try (Scope scope = new Scope()) {
      Map<String, Tensor> values = new LinkedHashMap<>();
      for (ParameterSpec spec : residual.parameters()) {
        values.put(
            spec.name(),
            Tensor.normal(DType.F64, 1, spec.name().hashCode(), spec.shape().toArray()));
      }
      Tensor wx = Tensor.normal(DType.F64, 1, 8, 5, 3);
      Tensor x = Tensor.normal(DType.F64, 1, 9, 5, 8);
      requireSameGradients(residual, call(values, wx, x), List.of("a", "b"));
    }
  }

  private static void requireSameGradients(Differentiable op, StubCall call, List<String> trained) {
    StubRecording recording = new StubRecording(call, Set.copyOf(trained), new LinkedHashMap<>());
    Tensor weights;
    Tensor[] own;
    try (Gradients off = Gradients.off()) {
      Recorded recorded = op.record(recording);
      weights = Tensor.normal(DType.F64, 1, 4, recorded.value().shape().toArray());
      own = recorded.pullback().apply(weights);
    }
    trained.forEach(name -> call.parameter(name).requireGradient());
    call.input(0).requireGradient();
    call.input(1).requireGradient();
    try (Gradients on = Gradients.on()) {
      op.apply(call).mul(weights).sum().backward();
    }
    try (Gradients off = Gradients.off()) {
      requireEqual(own[0], call.input(0).gradient());
      requireEqual(own[1], call.input(1).gradient());
      trained.forEach(
          name -> requireEqual(recording.learned().get(name), call.parameter(name).gradient()));
    }
  }

  private static void requireEqual(Tensor found, Tensor wanted) {
    assertThat(found.shape()).isEqualTo(wanted.shape());
    assertThat(found.sub(wanted).abs().max().item()).isLessThan(1e-10);
  }

  private static Dora dora(Linear target) {
    return Dora.of(new Node(0, "target", target, List.of()), Lora.of(target, 2, 3));
  }

  /** Random values; the squares are those of the weight. */
  private static Map<String, Tensor> values(Dora dora, DType type) {
    Map<String, Tensor> values = new LinkedHashMap<>();
    for (ParameterSpec spec : dora.parameters()) {
      values.put(
          spec.name(), Tensor.normal(type, 1, spec.name().hashCode(), spec.shape().toArray()));
    }
    Tensor weight = values.get("weight");
    Tensor rows = dora.lora().isLookup() ? weight.transpose(0, 1) : weight;
    values.put("squares", rows.square().sum(1));
    return values;
  }

  private static StubCall call(Map<String, Tensor> values, Tensor... inputs) {
    Sequences sequences = Sequences.of((int) inputs[0].size(0));
    return new StubCall(List.of(inputs), values, Map.of(), sequences, Mode.inference());
  }

  @Test
  void pissaBeginsWithTheBestProductOfItsRank() {
    try (Scope scope = new Scope()) {
      Tensor weight = Tensor.normal(DType.F32, 1, 3, 12, 9);
      Lora lora = Lora.of(new Dense(9, 12, false), 3, 6);
      Beginning beginning = new Beginning("node", 1, Optional.of(weight));
      Factors exact = new PissaStart().factors(lora, beginning);
      Factors fast = Starts.named("pissa_niter_16").factors(lora, beginning);
      double best = distance(weight, exact, lora);
      assertThat(best).isLessThan(weight.norm().item() * 0.9);
      assertThat(distance(weight, fast, lora)).isLessThan(best * 1.001);
      assertThat(exact.b().norm().item()).isCloseTo(exact.a().norm().item(), within(1e-4));
    }
  }

  private static double distance(Tensor weight, Factors factors, Lora lora) {
    return weight.sub(factors.product().mul(lora.scale())).norm().item();
  }

  @Test
  void oloraBeginsWithOrthonormalColumns() {
    try (Scope scope = new Scope()) {
      Tensor weight = Tensor.normal(DType.F32, 1, 3, 12, 9);
      Lora lora = Lora.of(new Dense(9, 12, false), 3, 6);
      Factors factors =
          new OloraStart().factors(lora, new Beginning("node", 1, Optional.of(weight)));
      Tensor gram = factors.b().transpose(0, 1).matmul(factors.b());
      float[] eye = {1, 0, 0, 0, 1, 0, 0, 0, 1};
      assertThat(gram.sub(Tensor.of(eye, 3, 3)).abs().max().item()).isLessThan(1e-5);
    }
  }

  @Test
  void loftqBeginsWithTheLargestPartOfWhatQuantisingTook() {
    Lora lora = Lora.of(new Dense(128, 64, false), 4, 8);
    try (Scope scope = new Scope()) {
      Tensor weight = Tensor.normal(DType.F32, 1, 3, 64, 128);
      Weight quantized = Precision.NF4.quantize(weight);
      Start start = new LoftqStart(Parameters.of(Map.of("node.weight", weight)));
      Beginning beginning = new Beginning("node.lora", 1, Optional.of(quantized));
      Tensor lost = weight.sub(quantized.dense(DType.F32));
      double left = distance(lost, start.factors(lora, beginning), lora);
      double best = tail(Svd.of(lost).values().toDoubles(), 4);
      assertThat(left).isCloseTo(best, within(1e-3)).isLessThan(lost.norm().item() * 0.98);
      Beginning plain = new Beginning("node.lora", 1, Optional.of(weight));
      assertThat(start.factors(lora, plain).b().norm().item()).isZero();
      assertThatThrownBy(() -> Starts.named("loftq").factors(lora, beginning))
          .hasMessageContaining("new LoftqStart(original.parameters())");
      quantized.close();
    }
  }

  /** The norm of what is left without the first values. */
  private static double tail(double[] values, int first) {
    return Math.sqrt(Arrays.stream(values).skip(first).map(value -> value * value).sum());
  }

  @ParameterizedTest
  @ValueSource(strings = {"pissa", "olora"})
  void aStartThatReadsTheBaseSaysSoWhereThereIsNone(String start) {
    LoraConfig config = LoraConfig.builder().start(Starts.named(start)).build();
    Graph injected = Lorax.inject(Models.gpt2().graph(), config);
    assertThatThrownBy(() -> Adapter.initial(injected, 1))
        .hasMessageContaining("use Adapter.initial(graph, base, seed)");
  }

  @Test
  void choicesThatExcludeEachOtherAreRefused() {
    LoraConfig.Builder both = LoraConfig.builder().start(new PissaStart()).form(Dora::of);
    assertThatThrownBy(both::build).hasMessageContaining("plain LoRA alone");
    LoraConfig odd = LoraConfig.builder().rank(3).start(new OrthogonalStart()).build();
    Graph injected = Lorax.inject(Models.gpt2().graph(), odd);
    assertThatThrownBy(() -> Adapter.initial(injected, 1)).hasMessageContaining("even rank");
    assertThatThrownBy(() -> Starts.named("pisa")).hasMessageContaining("known are default");
    LoraConfig biases = LoraConfig.builder().copies(Copies.biases()).build();
    assertThatThrownBy(() -> Lorax.inject(Models.gpt2().graph(), biases))
        .hasMessageContaining("Adapter.initial(base, config, seed)");
  }
}
