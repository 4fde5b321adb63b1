package dev.lorax.lora;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.op.Dense;
import dev.lorax.op.Embedding;
import dev.lorax.op.Linear;
import java.util.List;
import java.util.Optional;

/** Puts trained rows of tokens after the embedding, and after an output head that shares it. */
final class TokenInjection {
  private TokenInjection() {}

  /**
   * The rewritten graph.
   *
   * @throws IllegalArgumentException if an id is outside the vocabulary, or the embedding has
   *     another adapter
   */
  static Graph inject(Graph graph, TokenIds tokens) {
    Node table = TokenRows.table(graph);
    check(graph, table, tokens);
    String rows = table.name() + ".tokens";
    String weight = table.parameter(table.op().parameters().get(0));
    Graph embedded =
        graph.insertAfter(
            table::equals,
            (target, moved) ->
                inserted(target, moved, rows, new TokenRows((Linear) target.op(), tokens)));
    return embedded.insertAfter(
        node -> node.op() instanceof Dense head && head.tiedTo().equals(Optional.of(weight)),
        (target, moved) ->
            inserted(
                target,
                moved,
                target.name() + ".tokens",
                new TokenLogits((Linear) target.op(), tokens, rows + ".rows")));
  }

  private static void check(Graph graph, Node table, TokenIds tokens) {
    int vocabulary = ((Embedding) table.op()).rows();
    for (int id : tokens.list()) {
      if (id >= vocabulary) {
        throw new IllegalArgumentException(
            "There is no token %d: the vocabulary has %d".formatted(id, vocabulary));
      }
    }
    if (graph.node(Lorax.adapterOf(table.name())).isPresent()) {
      throw new IllegalArgumentException(
          "%s has an adapter already: train either it or rows of single tokens"
              .formatted(table.name()));
    }
  }

  private static Node inserted(Node target, Node moved, String name, Adaptation op) {
    return new Node(target.id(), name, op, List.of(moved.id(), target.inputs().get(0)));
  }
}
