package dev.lorax.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lorax.op.Add;
import dev.lorax.op.Dense;
import dev.lorax.op.Input;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class GraphTest {
  private static final Op ANY = new Add();

  @Test
  void aCircleIsRejectedByName() {
    assertThatThrownBy(() -> graph(2, node(0, "a", 1), node(1, "b", 0), node(2, "c", 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching("Node [ab] depends on itself");
  }

  @Test
  void aCircleThatTheOutputDoesNotNeedIsRejectedToo() {
    assertThatThrownBy(() -> graph(0, node(0, "a"), node(1, "b", 2), node(2, "c", 1)))
        .hasMessageMatching("Node [bc] depends on itself");
  }

  @Test
  void aNodeThatReadsItselfIsRejected() {
    assertThatThrownBy(() -> graph(0, node(0, "a", 0))).hasMessage("Node a depends on itself");
  }

  @Test
  void anUnknownInputIsRejectedByName() {
    assertThatThrownBy(() -> graph(0, node(0, "a", 7))).hasMessage("Node a reads unknown node 7");
  }

  @Test
  void aNameThatOccursTwiceIsRejected() {
    assertThatThrownBy(() -> graph(0, node(0, "a"), node(1, "a"))).hasMessageContaining("named a");
  }

  @Test
  void anUnknownOutputIsRejected() {
    assertThatThrownBy(() -> graph(3, node(0, "a"))).hasMessage("Unknown output node 3");
  }

  @Test
  void aNodeFiledUnderAnotherIdIsRejected() {
    SortedMap<Integer, Node> nodes = new TreeMap<>();
    nodes.put(1, node(0, "a"));
    assertThatThrownBy(() -> new Graph(nodes, 1)).hasMessage("Node a is filed under another id");
  }

  @Test
  void aDiamondIsNoCircle() {
    Graph graph =
        graph(3, node(0, "a"), node(1, "b", 0), node(2, "c", 0, 1), node(3, "d", 1, 2, 0));
    assertThat(graph.order()).extracting(Node::name).containsExactly("a", "b", "c", "d");
  }

  @Test
  void aGraphOfManyNodesInOneChainNeedsNoDeepStack() {
    GraphBuilder builder = new GraphBuilder();
    int last = builder.add("input", Input.TOKENS);
    for (int i = 0; i < 100_000; i++) {
      last = builder.add("n" + i, ANY, last);
    }
    Graph graph = builder.build(last);
    assertThat(graph.orderTo(graph.outputNode())).hasSize(100_001);
  }

  @Test
  void theNodesCannotBeChangedFromOutside() {
    SortedMap<Integer, Node> nodes = new TreeMap<>();
    nodes.put(0, node(0, "a"));
    Graph graph = new Graph(nodes, 0);
    nodes.put(1, node(1, "b"));
    assertThat(graph.nodes()).hasSize(1);
    assertThatThrownBy(() -> graph.nodes().put(1, node(1, "b")))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void aSuccessorMustTakeTheTargetsId() {
    Graph graph = graph(0, node(0, "a"));
    assertThatThrownBy(
            () -> graph.insertAfter(node -> true, (node, moved) -> node(9, "b", moved.id())))
        .hasMessage("The successor of a must take its id");
  }

  @Test
  void theListingShowsNamesFormulasAndInputs() {
    GraphBuilder builder = new GraphBuilder();
    int input = builder.add("input.x", Input.TOKENS);
    builder.enter("block");
    int dense = builder.add("query", new Dense(4, 6, true), input);
    builder.leave();
    Graph graph = builder.build(builder.add("sum", new Add(), dense, input));
    assertThat(graph)
        .hasToString(
            """
            input.x      Input
            block.query  Dense(4 -> 6, bias)  <- input.x
            sum          Add                  <- block.query, input.x
            """);
  }

  @Test
  void aParameterThatANodeLacksIsAnErrorThatNamesBoth() {
    assertThatThrownBy(() -> new Node(0, "a", new Dense(2, 3, false), List.of()).shape("bias"))
        .hasMessage("Node a (Dense(2 -> 3)) has no parameter 'bias'");
  }

  private static Node node(int id, String name, Integer... inputs) {
    return new Node(id, name, ANY, Arrays.asList(inputs));
  }

  private static Graph graph(int output, Node... nodes) {
    SortedMap<Integer, Node> map = new TreeMap<>();
    Arrays.stream(nodes).forEach(node -> map.put(node.id(), node));
    return new Graph(map, output);
  }
}
