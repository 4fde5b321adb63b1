package dev.lorax.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lorax.Forward;
import dev.lorax.Models;
import dev.lorax.StubCall;
import dev.lorax.graph.Graph;
import dev.lorax.graph.GraphBuilder;
import dev.lorax.graph.Mode;
import dev.lorax.graph.Node;
import dev.lorax.graph.Parameters;
import dev.lorax.graph.Sequences;
import dev.lorax.lora.LoraConfig;
import dev.lorax.lora.Lorax;
import dev.lorax.model.Architecture;
import dev.lorax.op.Dense;
import dev.lorax.op.Embedding;
import dev.lorax.op.EmbeddingNoise;
import dev.lorax.op.Input;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Noise on embeddings is a rewrite for training, and nothing else knows of it. */
class NeftuneTest {
  private static final Windows WINDOWS = Batches.windows(Run.text(400), 6).size(2);
  private static final Neftune NOISE = new Neftune(5);

  @Provide
  Arbitrary<Architecture> architectures() {
    return Models.architectures();
  }

  @Property(tries = 60)
  void everyArchitectureGetsItAfterItsTokensAlone(
      @ForAll("architectures") Architecture architecture) {
    Graph graph = architecture.graph();
    Graph noisy = NOISE.apply(graph);
    List<Node> added =
        noisy.nodes().values().stream().filter(n -> n.op() instanceof EmbeddingNoise).toList();
    assertThat(added).extracting(Node::name).containsExactly("embedder.token.noise");
    assertThat(noisy.nodes().get(added.get(0).inputs().get(0)).name()).isEqualTo("embedder.token");
    assertThat(noisy.parameters()).isEqualTo(graph.parameters());
    assertThat(noisy.removeInserted(n -> n.op() instanceof EmbeddingNoise)).isEqualTo(graph);
  }

  @Test
  void whereTheEmbeddingIsAdaptedItComesAfterTheAdapter() {
    LoraConfig lookups =
        LoraConfig.builder().targets(node -> node.op() instanceof Embedding).build();
    Graph injected = Lorax.inject(Models.gpt2().graph(), lookups);
    Graph noisy = NOISE.apply(injected);
    Node noise = noisy.node("embedder.token.lora.noise").orElseThrow();
    assertThat(noisy.nodes().get(noise.inputs().get(0)).name()).isEqualTo("embedder.token.lora");
    Node sum = noisy.node("embedder.sum").orElseThrow();
    assertThat(sum.inputs()).contains(noise.id());
    assertThat(noisy.nodes()).hasSize(injected.nodes().size() + 1);
  }

  /** Even in (−1, 1) times alpha over the root of the sequence's own length times the width. */
  @ParameterizedTest
  @EnumSource(names = {"F32", "BF16"})
  void eachSequencesNoiseHasTheSizeOfItsOwnLength(DType type) {
    try (Scope scope = new Scope()) {
      Tensor zeros = Tensor.zeros(type, 250, 64);
      double[] noise = noise(zeros, Sequences.of(50, 200), 1).toDoubles();
      requireEven(noise, 0, 50 * 64, 5 / Math.sqrt(50 * 64));
      requireEven(noise, 50 * 64, 250 * 64, 5 / Math.sqrt(200 * 64));
    }
  }

  private static void requireEven(double[] noise, int from, int to, double size) {
    double squares = 0;
    double sum = 0;
    double most = 0;
    for (int i = from; i < to; i++) {
      squares += noise[i] * noise[i];
      sum += noise[i];
      most = Math.max(most, Math.abs(noise[i]));
    }
    assertThat(most).isBetween(0.98 * size, 1.005 * size);
    assertThat(squares / (to - from)).isCloseTo(size * size / 3, within(0.02 * size * size));
    assertThat(sum / (to - from)).isCloseTo(0, within(0.05 * size));
  }

  @Test
  void itIsAddedToTheEmbeddingsAndDiffersInEveryStep() {
    try (Scope scope = new Scope()) {
      Tensor x = Tensor.normal(DType.F64, 1, 3, 5, 8);
      Tensor zeros = Tensor.zeros(DType.F64, 5, 8);
      Sequences sequences = Sequences.of(2, 3);
      Tensor noise = noise(zeros, sequences, 1);
      assertThat(noise(x, sequences, 1).sub(x).sub(noise).abs().max().item()).isLessThan(1e-12);
      assertThat(noise(zeros, sequences, 1).toDoubles()).isEqualTo(noise.toDoubles());
      assertThat(noise(zeros, sequences, 2).toDoubles()).isNotEqualTo(noise.toDoubles());
    }
  }

  private static Tensor noise(Tensor x, Sequences sequences, long step) {
    Mode mode = Mode.training(7, step);
    return new EmbeddingNoise(5)
        .apply(new StubCall(List.of(x), Map.of(), Map.of(), sequences, mode));
  }

  @Test
  void inInferenceTheRewrittenGraphIsTheSame() {
    Graph graph = Models.llama().graph();
    try (Parameters values = Forward.filled(graph, DType.F32, 1)) {
      Graph noisy = NOISE.apply(graph);
      float[] plain = Forward.logits(graph, values, 1, 2, 3);
      assertThat(Forward.logits(noisy, values, 1, 2, 3)).isEqualTo(plain);
      assertThat(Forward.logits(noisy, values, Mode.training(1, 1), 1, 2, 3)).isNotEqualTo(plain);
    }
  }

  @Test
  void everyStepAndMicroBatchHasItsOwnAndEvaluationHasNone() {
    Batch one = WINDOWS.batch(0);
    Batches same = number -> one;
    try (Run run = new Run();
        Trainer plain = run.trainer(same, t -> t)) {
      double loss = plain.evaluate(same, 1).loss();
      plain.close();
      Set<Double> losses = new HashSet<>();
      try (Trainer noisy = run.trainer(same, t -> t.steps(4).rewrite(NOISE).learningRate(1e-9))) {
        assertThat(noisy.evaluate(same, 1).loss()).isEqualTo(loss);
        noisy.forEach(step -> losses.add(step.loss()));
        assertThat(noisy.evaluate(same, 1).loss()).isCloseTo(loss, within(1e-5));
      }
      try (Trainer twice = run.trainer(same, t -> t.steps(1).rewrite(NOISE).accumulation(2))) {
        double both = twice.iterator().next().loss();
        losses.forEach(alone -> assertThat(both).isNotEqualTo(alone));
      }
      assertThat(losses).hasSize(4).doesNotContain(loss);
      assertThat(run.adapter.graph().node("embedder.token.noise")).isEmpty();
    }
  }

  @Test
  void aGraphThatEmbedsNoTokensIsAnError() {
    GraphBuilder builder = new GraphBuilder();
    int tokens = builder.add("tokens", Input.TOKENS);
    Graph graph = builder.build(builder.add("value", new Dense(4, 4, false), tokens));
    assertThatThrownBy(() -> NOISE.apply(graph))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("No node embeds the tokens, so there is no place for noise");
  }

  @Test
  void aRewriteThatNeedsOtherParametersIsRefusedBeforeAnyValueIsMoved() {
    try (Run run = new Run()) {
      Graph larger = Lorax.inject(run.base.graph(), LoraConfig.builder().targetKey(true).build());
      assertThatThrownBy(() -> run.trainer(WINDOWS, t -> t.rewrite(graph -> larger)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("self_attention.key.lora.a is missing");
      run.train(WINDOWS, t -> t.steps(1));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -5, Double.NaN, Double.POSITIVE_INFINITY})
  void aSizeMustBePositive(double alpha) {
    assertThatThrownBy(() -> new Neftune(alpha)).hasMessageContaining("positive and finite");
  }
}
