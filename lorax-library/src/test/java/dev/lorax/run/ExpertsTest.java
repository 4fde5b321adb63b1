package dev.lorax.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.Forward;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Parameters;
import dev.lorax.graph.Sequences;
import dev.lorax.model.Architecture;
import dev.lorax.model.ModelConfig;
import dev.lorax.op.ExpertDispatch;
import dev.lorax.parity.Fixture;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mixtures of experts, of which most get no token at a step of decoding. */
class ExpertsTest {
  private static final int[] TOKENS = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8};

  /** More sequences than the heap takes go through the engine. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 11})
  void sequencesDecodedTogetherGiveWhatEachGivesAsAWhole(int sequences) {
    Graph graph = architecture("qwen3-moe-lora").graph();
    try (Parameters parameters = Forward.filled(graph, DType.F32, 1)) {
      List<float[]> found = decoded(new Session(graph, parameters), sequences);
      for (int i = 0; i < sequences; i++) {
        float[] wanted = Forward.logits(graph, parameters, tokens(i));
        assertThat(Forward.difference(found.get(i), wanted)).isLessThan(2e-3);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mixtral-lora-experts", "qwen3-moe-lora"})
  void everyExpertHasANodeToDispatchTo(String fixture) {
    Graph graph = architecture(fixture).graph();
    assertThat(graph.nodes().values().stream().filter(n -> n.op() instanceof ExpertDispatch))
        .hasSize(fixture.startsWith("mixtral") ? 4 : 8);
    assertThat(graph.node("decoder.blocks.0.ffn.router")).isPresent();
    for (String product : List.of("gate", "up", "down")) {
      assertThat(graph.node("decoder.blocks.0.ffn.experts.3." + product)).isPresent();
    }
  }

  /** The logits of every token of every sequence, one token at a time. */
  private static List<float[]> decoded(Session session, int sequences) {
    List<List<Float>> logits = new ArrayList<>();
    for (int i = 0; i < sequences; i++) {
      logits.add(new ArrayList<>());
    }
    int[] all = new int[sequences];
    for (int i = 0; i < sequences; i++) {
      all[i] = i;
    }
    try (KvCache cache = new KvCache(sequences, TOKENS.length)) {
      for (int step = 0; step < TOKENS.length; step++) {
        int[] next = new int[sequences];
        for (int i = 0; i < sequences; i++) {
          next[i] = tokens(i)[step];
        }
        try (Scope scope = new Scope();
            Gradients off = Gradients.off()) {
          Pass pass = Pass.of(next, Sequences.uniform(sequences, 1)).after(cache.select(all));
          float[] rows = session.run(pass, scope).toFloats();
          for (int i = 0; i < rows.length; i++) {
            logits.get(i / (rows.length / sequences)).add(rows[i]);
          }
        }
      }
    }
    return logits.stream().map(ExpertsTest::array).toList();
  }

  private static float[] array(List<Float> numbers) {
    float[] array = new float[numbers.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = numbers.get(i);
    }
    return array;
  }

  private static int[] tokens(int sequence) {
    int[] tokens = TOKENS.clone();
    tokens[0] = 20 + sequence;
    return tokens;
  }

  private static Architecture architecture(String fixture) {
    return Architecture.of(
        ModelConfig.read(Fixture.named(fixture).folder().resolve("config.json")));
  }
}
