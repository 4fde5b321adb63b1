package dev.lorax.algebra;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.graph.Seeds;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Lorax;
import dev.lorax.lora.LowRank;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import java.util.List;

/** Combines adapters matrix by matrix. */
final class Combining {
  private final Combination combination;
  private final List<Weighted> members;
  private final Graph base;

  private Combining(Combination combination, List<Weighted> members) {
    if (members.isEmpty()) {
      throw new IllegalArgumentException("A combination needs at least one adapter");
    }
    this.combination = combination;
    this.members = List.copyOf(members);
    base = Lorax.remove(members.get(0).adapter().graph());
    members.forEach(this::check);
  }

  static Adapter combine(Combination combination, List<Weighted> members, long seed) {
    return new Combining(combination, members).adapter(seed);
  }

  private void check(Weighted member) {
    Adapter adapter = member.adapter();
    if (!adapter.copies().isEmpty()) {
      throw new IllegalArgumentException(
          "Adapter '%s' has values of its own for %s, which are not combined: leave it out"
              .formatted(member.name(), adapter.copies().iterator().next()));
    }
    for (Node node : adapter.adaptations()) {
      String target = adapter.target(node).name();
      if (!(node.op() instanceof LowRank)) {
        throw new IllegalArgumentException(
            "Adapter '%s' trains rows of %s, which are not combined: leave it out"
                .formatted(member.name(), target));
      }
      if (adapter.plain(node).isEmpty()) {
        throw new IllegalArgumentException(
            "Adapter '%s' adapts %s by %s, and plain LoRA alone is combined: convert it first"
                .formatted(member.name(), target, node.op()));
      }
    }
    if (!Lorax.remove(adapter.graph()).equals(base)) {
      throw new IllegalArgumentException(
          "Adapters '%s' and '%s' were made for different graphs"
              .formatted(members.get(0).name(), member.name()));
    }
  }

  private Adapter adapter(long seed) {
    List<TargetGroup> groups =
        TargetGroup.of(base, members.stream().map(Weighted::adapter).toList());
    int rank = groups.stream().mapToInt(this::rank).max().orElseThrow();
    PlainDraft draft = new PlainDraft(base);
    for (TargetGroup group : groups) {
      try (Scope scope = new Scope();
          Gradients off = Gradients.off()) {
        long own = Seeds.mix(seed, group.name().hashCode());
        draft.change(group, combination.factors(terms(group), rank, own), scope);
      } catch (IllegalArgumentException unfit) {
        throw new IllegalArgumentException(
            "In %s %s".formatted(group.name(), unfit.getMessage()), unfit);
      }
    }
    return draft.finish();
  }

  private int rank(TargetGroup group) {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      return terms(group).stream().mapToInt(term -> term.factors().rank()).max().orElseThrow();
    }
  }

  private List<Term> terms(TargetGroup group) {
    return members.stream()
        .flatMap(
            member ->
                group.change(member.adapter()).stream()
                    .map(change -> new Term(change.factors(), change.scale(), member.weight())))
        .toList();
  }
}
