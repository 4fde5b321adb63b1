package dev.lorax.algebra;

import dev.lorax.graph.Seeds;
import dev.lorax.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One tensor out of several of its shape: pruned, times their weights, added.
 *
 * @param pruning of each tensor
 * @param density the share of numbers that pruning keeps
 * @param election of a sign; numbers of the other sign are left out, and what is left is divided by
 *     how many they are
 */
record Mixture(Pruning pruning, double density, Optional<MajoritySign> election) {
  /** The weighted sum. */
  static final Mixture SUM = new Mixture(Pruning.NONE, 1, Optional.empty());

  Tensor of(List<Tensor> tensors, List<Double> weights, long seed) {
    List<Tensor> kept = new ArrayList<>();
    for (int i = 0; i < tensors.size(); i++) {
      Tensor tensor = tensors.get(i);
      kept.add(density == 1 ? tensor : pruning.of(tensor, density, Seeds.mix(seed, i)));
    }
    return election.isPresent()
        ? disjoint(kept, weights, election.get().elect(kept))
        : sum(kept, weights);
  }

  private static Tensor sum(List<Tensor> tensors, List<Double> weights) {
    Tensor sum = tensors.get(0).mul(weights.get(0));
    for (int i = 1; i < tensors.size(); i++) {
      sum.addInPlace(tensors.get(i), weights.get(i));
    }
    return sum;
  }

  /** Means over the tensors whose number has the elected sign, {@code [1, −1]}. */
  private static Tensor disjoint(List<Tensor> tensors, List<Double> weights, Tensor elected) {
    List<Tensor> agreeing = // 1 where the signs are equal, else 0
        tensors.stream().map(tensor -> tensor.sign().mul(elected).atLeast(0)).toList();
    List<Tensor> left = new ArrayList<>();
    for (int i = 0; i < tensors.size(); i++) {
      left.add(tensors.get(i).mul(agreeing.get(i)));
    }
    Tensor count = agreeing.stream().reduce(Tensor::add).orElseThrow();
    return sum(left, weights).div(count.atLeast(1));
  }
}
