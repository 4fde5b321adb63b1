package dev.lorax.lora;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lorax.Models;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.model.Architecture;
import dev.lorax.op.Linear;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.PropertyDefaults;
import net.jqwik.api.Provide;

/** What injection keeps, over random graphs and models of every architecture; no tensor is made. */
@PropertyDefaults(tries = 300, edgeCases = EdgeCasesMode.NONE)
class LoraxLawTest {
  @Provide
  Arbitrary<Graph> graphs() {
    return Arbitraries.oneOf(Models.graphs(), Models.architectures().map(Architecture::graph));
  }

  @Property
  void untargetedNodesStayAsTheyAre(@ForAll("graphs") Graph graph, @ForAll long seed) {
    Function<Node, Optional<Lora>> choice = choice(seed);
    Graph injected = Lorax.inject(graph, choice);
    for (Node node : graph.nodes().values()) {
      if (choice.apply(node).isEmpty()) {
        assertThat(injected.nodes().get(node.id())).isEqualTo(node);
      }
    }
    assertThat(injected.output()).isEqualTo(graph.output());
  }

  @Property
  void targetsMoveAndTheirAdapterTakesTheirPlace(@ForAll("graphs") Graph graph, @ForAll long seed) {
    Function<Node, Optional<Lora>> choice = choice(seed);
    Graph injected = Lorax.inject(graph, choice);
    for (Node node : graph.nodes().values()) {
      if (choice.apply(node).isPresent()) {
        Node lora = injected.nodes().get(node.id());
        Node moved = injected.node(node.name()).orElseThrow();
        assertThat(lora.name()).isEqualTo(node.name() + ".lora");
        assertThat(lora.op()).isEqualTo(choice.apply(node).get());
        assertThat(lora.inputs()).containsExactly(moved.id(), node.inputs().get(0));
        assertThat(moved.id()).isGreaterThan(graph.nodes().lastKey());
        assertThat(moved.op()).isEqualTo(node.op());
        assertThat(moved.inputs()).isEqualTo(node.inputs());
      }
    }
  }

  @Property
  void removingRestoresAnEqualGraph(@ForAll("graphs") Graph graph, @ForAll long seed) {
    Graph restored = Lorax.remove(Lorax.inject(graph, choice(seed)));
    assertThat(restored).isEqualTo(graph).hasToString(graph.toString());
    assertThat(restored.order()).isEqualTo(graph.order());
  }

  @Property
  void theGivenGraphIsUnchanged(@ForAll("graphs") Graph graph, @ForAll long seed) {
    List<Node> nodes = List.copyOf(graph.nodes().values());
    String listing = graph.toString();
    Graph injected = Lorax.inject(graph, choice(seed));
    assertThat(graph.nodes().values()).containsExactlyElementsOf(nodes);
    assertThat(graph).hasToString(listing);
    Lorax.remove(injected);
    assertThat(injected).isEqualTo(Lorax.inject(graph, choice(seed)));
  }

  @Property
  void theParametersInsertedAreTheSumOfRankTimesInPlusOut(
      @ForAll("graphs") Graph graph, @ForAll long seed) {
    Function<Node, Optional<Lora>> choice = choice(seed);
    long wanted = 0;
    for (Node node : graph.nodes().values()) {
      if (choice.apply(node).isPresent()) {
        Linear matrix = (Linear) node.op();
        wanted += (long) choice.apply(node).get().rank() * (matrix.in() + matrix.out());
      }
    }
    long found = Lorax.inject(graph, choice).parameterCount() - graph.parameterCount();
    assertThat(found).isEqualTo(wanted);
  }

  @Property
  void orderIsTopologicalAndComplete(@ForAll("graphs") Graph graph, @ForAll long seed) {
    Graph injected = Lorax.inject(graph, choice(seed));
    requireTopological(injected.order());
    assertThat(injected.order()).containsExactlyInAnyOrderElementsOf(injected.nodes().values());
    List<Node> needed = injected.orderTo(injected.outputNode());
    requireTopological(needed);
    assertThat(needed).endsWith(injected.outputNode()).doesNotHaveDuplicates();
  }

  @Property
  void namesStayUnique(@ForAll("graphs") Graph graph, @ForAll long seed) {
    Graph injected = Lorax.inject(graph, choice(seed));
    assertThat(injected.nodes().values()).extracting(Node::name).doesNotHaveDuplicates();
  }

  @Property
  void nothingMatchedIsTheSameObject(@ForAll("graphs") Graph graph) {
    assertThat(Lorax.inject(graph, node -> Optional.empty())).isSameAs(graph);
    assertThat(graph.insertAfter(node -> false, (node, moved) -> node)).isSameAs(graph);
    assertThat(Lorax.remove(graph)).isSameAs(graph);
  }

  @Property
  void equalModelsGiveEqualGraphs(@ForAll("architectures") Architecture architecture) {
    Graph graph = architecture.graph();
    assertThat(architecture.graph()).isNotSameAs(graph).isEqualTo(graph).hasSameHashCodeAs(graph);
  }

  @Provide
  Arbitrary<Architecture> architectures() {
    return Models.architectures();
  }

  private static void requireTopological(List<Node> order) {
    Set<Integer> seen = new HashSet<>();
    for (Node node : order) {
      assertThat(seen).containsAll(node.inputs());
      seen.add(node.id());
    }
  }

  /** An adapter of random rank for about half of the linear nodes, the same for the same seed. */
  private static Function<Node, Optional<Lora>> choice(long seed) {
    return node -> {
      Random random = new Random(seed * 31 + node.name().hashCode());
      return node.op() instanceof Linear linear && random.nextBoolean()
          ? Optional.of(lora(linear, 1 + random.nextInt(Math.min(linear.in(), linear.out()))))
          : Optional.empty();
    };
  }

  private static Lora lora(Linear target, int rank) {
    return Lora.of(target, rank, 2);
  }
}
