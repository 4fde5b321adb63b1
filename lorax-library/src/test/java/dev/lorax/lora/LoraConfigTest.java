package dev.lorax.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorax.Models;
import dev.lorax.graph.Graph;
import dev.lorax.graph.GraphBuilder;
import dev.lorax.graph.Node;
import dev.lorax.op.Add;
import dev.lorax.op.Dense;
import dev.lorax.op.Embedding;
import dev.lorax.op.Input;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The numbers, defaults and flags of the Elixir package lorax. */
class LoraConfigTest {
  @Test
  void defaultsAreRankOneAlphaTwoAndNoDropout() {
    LoraConfig config = LoraConfig.builder().build();
    assertThat(config.rank()).isEqualTo(1);
    assertThat(config.scaling()).isEqualTo(Scaling.of(2));
    assertThat(config.dropout()).isEqualTo(Dropout.NONE);
    assertThat(config.start()).isEqualTo(Start.KAIMING);
  }

  @Test
  void theDefaultsReachEveryInsertedOp() {
    Graph injected = Lorax.inject(Models.gpt2().graph(), LoraConfig.builder().build());
    for (Lora lora : loras(injected)) {
      assertThat(lora.rank()).isEqualTo(1);
      assertThat(lora.scale()).isEqualTo(2);
      assertThat(lora.dropout()).isEqualTo(Dropout.NONE);
      assertThat(lora.sharedA()).isEmpty();
    }
  }

  @Test
  void choicesReachEveryInsertedOp() {
    LoraConfig config =
        LoraConfig.builder()
            .rank(4)
            .alpha(6)
            .dropout(0.1)
            .dropoutSeed(3)
            .start(new GaussianStart())
            .build();
    for (Lora lora : loras(Lorax.inject(Models.gpt2().graph(), config))) {
      assertThat(lora.scale()).isEqualTo(1.5);
      assertThat(lora.dropout()).isEqualTo(new Dropout(0.1, OptionalLong.of(3)));
      assertThat(lora.start()).isEqualTo(new GaussianStart());
    }
  }

  @Test
  void queryAndValueAreAdaptedUnlessToldOtherwise() {
    assertThat(adapted(Models.gpt2().graph(), builder -> builder))
        .containsExactly("query", "value");
    assertThat(adapted(Models.llama().graph(), builder -> builder))
        .containsExactly("query", "value");
  }

  @Test
  void eachFlagSpeaksForItsOwnNodes() {
    for (Graph graph : List.of(Models.gpt2().graph(), Models.llama().graph())) {
      assertThat(adapted(graph, b -> b.targetKey(true))).containsExactly("query", "key", "value");
      assertThat(adapted(graph, b -> b.targetQuery(false))).containsExactly("value");
      assertThat(adapted(graph, b -> b.targetValue(false))).containsExactly("query");
      assertThat(adapted(graph, b -> b.targetQuery(false).targetValue(false).targetKey(true)))
          .containsExactly("key");
    }
  }

  @Test
  void everyBlockIsAdapted() {
    Graph injected = Lorax.inject(Models.gpt2().graph(), LoraConfig.builder().build());
    assertThat(injected.nodes().values())
        .filteredOn(node -> node.op() instanceof Lora)
        .extracting(Node::name)
        .containsExactlyInAnyOrder(
            "decoder.blocks.0.self_attention.query.lora",
            "decoder.blocks.0.self_attention.value.lora",
            "decoder.blocks.1.self_attention.query.lora",
            "decoder.blocks.1.self_attention.value.lora");
  }

  @Test
  void aPredicateReplacesTheFlags() {
    for (Graph graph : List.of(Models.gpt2().graph(), Models.llama().graph())) {
      assertThat(
              adapted(
                  graph, b -> b.targetKey(true).targets(node -> node.lastName().equals("output"))))
          .containsExactly("output");
    }
  }

  @Test
  void theFlagsMeanDenseNodesOnly() {
    GraphBuilder builder = new GraphBuilder();
    int tokens = builder.add("tokens", Input.TOKENS);
    int table = builder.add("table.query", new Embedding(5, 4), tokens);
    int value = builder.add("value", new Dense(4, 4, false), table);
    int sum = builder.add("sum.value", new Add(), table, value);
    assertThat(adapted(builder.build(sum), b -> b)).containsExactly("value");
    assertThat(adapted(builder.build(sum), b -> b.targets(node -> node.op() instanceof Embedding)))
        .containsExactly("query");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1})
  void aRankBelowOneIsRejected(int rank) {
    assertThatThrownBy(() -> LoraConfig.builder().rank(rank))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("The rank must be at least 1, not " + rank);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1, Double.NaN})
  void aDropoutOutsideItsRangeIsRejected(double dropout) {
    assertThatThrownBy(() -> LoraConfig.builder().dropout(dropout))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[0, 1)");
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, 0, -1})
  void anAlphaThatIsNoNumberAboveZeroIsRejected(double alpha) {
    assertThatThrownBy(() -> LoraConfig.builder().alpha(alpha))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("finite");
  }

  private static List<Lora> loras(Graph injected) {
    List<Lora> loras =
        injected.order().stream()
            .map(Node::op)
            .filter(Lora.class::isInstance)
            .map(Lora.class::cast)
            .toList();
    assertThat(loras).isNotEmpty();
    return loras;
  }

  /** The last names of the adapted nodes, each once, in order. */
  private static List<String> adapted(Graph graph, UnaryOperator<LoraConfig.Builder> choices) {
    Graph injected = Lorax.inject(graph, choices.apply(LoraConfig.builder()).build());
    return injected.order().stream()
        .filter(node -> node.op() instanceof Lora)
        .map(node -> node.name().replaceFirst("\\.lora$", ""))
        .map(name -> name.substring(name.lastIndexOf('.') + 1))
        .distinct()
        .toList();
  }
}
