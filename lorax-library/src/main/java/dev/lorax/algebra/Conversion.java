package dev.lorax.algebra;

import dev.lorax.graph.Node;
import dev.lorax.graph.Parameterized;
import dev.lorax.graph.Parameters;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Lorax;
import dev.lorax.lora.LowRank;
import dev.lorax.op.Embedding;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Any adapter as plain LoRA, which every program reads.
 *
 * <p>Products that are plain already are kept, exactly: those of PiSSA and OLoRA have twice their
 * rank, since they take away what they began with. Of other forms, such as DoRA, whatever merging
 * would add to the weight is decomposed; a bias that merging would change becomes a copy.
 */
public final class Conversion {
  private final Parameterized base;
  private final Adapter adapter;
  private final OptionalInt rank;
  private final Decomposition decomposition;
  private final PlainDraft draft;

  private Conversion(
      Parameterized base, Adapter adapter, OptionalInt rank, Decomposition decomposition) {
    this.base = base;
    this.adapter = adapter;
    this.rank = rank;
    this.decomposition = decomposition;
    this.draft = new PlainDraft(Lorax.remove(adapter.graph()));
  }

  /**
   * A new adapter; the given one stays as it is.
   *
   * @param rank of changes that are no plain product; empty: twice the product's
   * @throws IllegalArgumentException if a form has a bias and its target none
   */
  public static Approximated of(
      Parameterized base, Adapter adapter, OptionalInt rank, Decomposition decomposition) {
    rank.ifPresent(RankRule::fixed);
    return new Conversion(base, adapter, rank, decomposition).plain();
  }

  private Approximated plain() {
    List<Approximation> modules = new ArrayList<>();
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      draft.keepTheRest(adapter, scope);
    }
    for (TargetGroup group : TargetGroup.of(adapter)) {
      try (Scope scope = new Scope();
          Gradients off = Gradients.off()) {
        Truncation change = group.isPlain(adapter) ? exact(group) : decomposed(group, scope);
        draft.change(group, change.factors(), scope);
        modules.add(change.of(group));
      }
    }
    return new Approximated(draft.finish(), modules, List.of());
  }

  private Truncation exact(TargetGroup group) {
    TargetGroup.Change change = group.change(adapter).orElseThrow();
    double norm = Spectrum.of(change.factors(), change.scale()).norm();
    return new Truncation(change.scaled(), norm, 0);
  }

  private Truncation decomposed(TargetGroup group, Scope scope) {
    Map<String, Node> byTarget = new HashMap<>();
    group.adaptations(adapter).forEach(node -> byTarget.put(adapter.target(node).name(), node));
    List<Tensor> rows = new ArrayList<>();
    int known = 0;
    for (Node target : group.targets()) {
      Node node = byTarget.get(target.name());
      known = Math.max(known, adapter.lora(node).rank());
      rows.add(delta(target, node, scope));
    }
    Tensor whole = Tensor.cat(0, rows.toArray(Tensor[]::new));
    return Truncation.of(whole, rank.orElse(2 * known), decomposition);
  }

  /** What merging adds to the weight, [out, in]. */
  private Tensor delta(Node target, Node node, Scope scope) {
    Parameters all = base.parameters().and(adapter.trained());
    Map<String, Tensor> merged;
    try {
      merged =
          ((LowRank) node.op())
              .merge(own -> all.weight(name(target, own)).dense(DType.F32), adapter.values(node));
    } catch (IllegalArgumentException unfit) {
      throw new IllegalArgumentException(
          "%s cannot be made plain: %s".formatted(target.name(), unfit.getMessage()), unfit);
    }
    merged.forEach(
        (own, value) -> {
          if (!own.equals("weight")) {
            draft.copy(name(target, own), value, scope);
          }
        });
    Tensor before = all.weight(name(target, "weight")).dense(DType.F32);
    Tensor change = merged.get("weight").sub(before);
    return target.op() instanceof Embedding ? change.transpose(0, 1) : change;
  }

  private static String name(Node target, String own) {
    return target.op().parameters().stream()
        .filter(spec -> spec.name().equals(own))
        .map(target::parameter)
        .findFirst()
        .orElseThrow();
  }
}
