package dev.lorax.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorax.Models;
import dev.lorax.graph.Drawing;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** What the door to LoRA lets in, and what it says where it does not. */
class LoraxTest {
  private final Graph gpt2 = Models.gpt2().graph();

  @Test
  void whoeverReadTheTargetReadsTheAdaptedValue() {
    Graph injected = Lorax.inject(gpt2, LoraConfig.builder().build());
    Node mix = injected.node("decoder.blocks.0.self_attention.mix").orElseThrow();
    assertThat(mix.inputs())
        .extracting(id -> injected.nodes().get(id).name())
        .containsExactly(
            "decoder.blocks.0.self_attention.query.lora",
            "decoder.blocks.0.self_attention.key",
            "decoder.blocks.0.self_attention.value.lora");
  }

  @Test
  void theListingShowsTheAdapterBesideItsTarget() {
    Graph injected = Lorax.inject(gpt2, LoraConfig.builder().rank(2).dropout(0.1).build());
    assertThat(injected.toString())
        .contains("Lora(8 -> 2 -> 8, alpha 2, dropout 0.1)")
        .containsPattern(
            "0.self_attention.query.lora +Lora.*<- .*0.self_attention.query, .*self_attention.norm");
  }

  @Test
  void theDifferenceShowsWhatInjectionAdded() {
    Graph injected = inject(Targets.named("0.self_attention.query"));
    List<String> lines = Drawing.difference(gpt2, injected).lines().toList();
    assertThat(lines).filteredOn(line -> line.startsWith("+ ")).hasSize(2); // adapter, its reader
    assertThat(lines).filteredOn(line -> line.startsWith("- ")).hasSize(1);
    assertThat(lines).hasSize(injected.nodes().size() + 1);
  }

  @Test
  void aPredicateReadsNameOpAndShapes() {
    Graph injected =
        inject(node -> node.lastName().equals("up") && node.shape("weight").get(0) == 12);
    assertThat(injected.node("decoder.blocks.1.ffn.up.lora")).isPresent();
  }

  @Test
  void aPredicateThatMeansANodeWithoutAMatrixIsAnErrorThatNamesIt() {
    assertThatThrownBy(() -> inject(node -> node.lastName().equals("norm")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("decoder.blocks.0.self_attention.norm")
        .hasMessageContaining("LayerNorm(8)")
        .hasMessageContaining("Dense or Embedding");
  }

  @Test
  void noMatchIsAnErrorThatListsTheCandidates() {
    assertThatThrownBy(() -> inject(node -> false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("No node matches the targets")
        .hasMessageContaining("self_attention.query")
        .hasMessageContaining("ffn.down")
        .hasMessageContaining("embedder.token")
        .hasMessageNotContaining("norm");
  }

  @Test
  void noFlagAtAllIsAnErrorToo() {
    LoraConfig none = LoraConfig.builder().targetQuery(false).targetValue(false).build();
    assertThatThrownBy(() -> Lorax.inject(gpt2, none)).hasMessageStartingWith("No node matches");
  }

  @Test
  void aTypoInANameIsAnErrorThatNamesTheNearest() {
    assertThatThrownBy(() -> inject(Targets.named("query", "valeu")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "No node is named 'valeu'. Did you mean one of [self_attention.value");
  }

  @Test
  void namesMatchWholePartsOnly() {
    assertThatThrownBy(() -> inject(Targets.named("uery"))).hasMessageContaining("'uery'");
    assertThat(inject(Targets.named("0.self_attention.query")).nodes())
        .hasSize(gpt2.nodes().size() + 1);
  }

  @Test
  void namesThatAllMatchAreAllAdapted() {
    Graph injected = inject(Targets.named("self_attention.output", "down"));
    assertThat(injected.nodes().values())
        .filteredOn(node -> node.op() instanceof Lora)
        .extracting(Node::name)
        .containsExactlyInAnyOrder(
            "decoder.blocks.0.self_attention.output.lora",
            "decoder.blocks.0.ffn.down.lora",
            "decoder.blocks.1.self_attention.output.lora",
            "decoder.blocks.1.ffn.down.lora");
  }

  @Test
  void allLinearMeansEveryDenseNodeButTheHead() {
    Graph injected = inject(Targets.allLinear());
    assertThat(injected.nodes()).hasSize(gpt2.nodes().size() + 2 * 6);
    assertThat(injected.node("language_modeling_head.output.lora")).isEmpty();
    assertThat(injected.node("embedder.token.lora")).isEmpty();
  }

  @Test
  void aRankAboveTheMatrixIsAnErrorThatNamesTheLargest() {
    assertThatThrownBy(() -> Lorax.inject(gpt2, LoraConfig.builder().rank(9).build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Rank 9 exceeds the matrix of decoder.blocks.0.self_attention.query, 8 x 8: "
                + "choose at most 8");
    assertThat(Lorax.inject(gpt2, LoraConfig.builder().rank(8).build())).isNotNull();
  }

  @Test
  void injectingTwiceIsAnError() {
    Graph injected = Lorax.inject(gpt2, LoraConfig.builder().build());
    assertThatThrownBy(() -> Lorax.inject(injected, LoraConfig.builder().build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("decoder.blocks.0.self_attention.query has an adapter already");
  }

  @Test
  void otherNodesOfAnInjectedGraphMayBeAdaptedLater() {
    Graph once = Lorax.inject(gpt2, LoraConfig.builder().build());
    Graph twice =
        Lorax.inject(
            once, LoraConfig.builder().targets(Targets.named("self_attention.key")).build());
    assertThat(twice.nodes()).hasSize(gpt2.nodes().size() + 6);
    assertThat(Lorax.remove(twice)).isEqualTo(gpt2);
  }

  @Test
  void anAdapterWithoutLoraNodesIsAnError() {
    assertThatThrownBy(() -> Adapter.initial(gpt2, 1)).hasMessageContaining("Lorax.inject");
  }

  private Graph inject(Predicate<Node> targets) {
    return Lorax.inject(gpt2, LoraConfig.builder().targets(targets).build());
  }
}
