package dev.lorax.algebra;

import dev.lorax.graph.Node;
import java.util.function.Predicate;

/**
 * How the difference of two models becomes an adapter.
 *
 * @param rank of each matrix's change
 * @param decomposition of the differences
 * @param targets which nodes are adapted; changes of others are told
 * @param copies whether the adapter holds whole copies of parameters that are no matrices, such as
 *     norms and biases, where they differ; otherwise they are told
 */
public record DifferenceOptions(
    int rank, Decomposition decomposition, Predicate<Node> targets, boolean copies) {
  /** Checks the rank. */
  public DifferenceOptions {
    RankRule.fixed(rank);
  }

  /** All matrices, exactly, and nothing else. */
  public static DifferenceOptions rank(int rank) {
    return new DifferenceOptions(rank, Decomposition.EXACT, node -> true, false);
  }
}
