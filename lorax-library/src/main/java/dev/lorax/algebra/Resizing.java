package dev.lorax.algebra;

import dev.lorax.graph.Node;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Lorax;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import java.util.ArrayList;
import java.util.List;

/**
 * An adapter of other ranks that changes about the same: each product is cut by its singular
 * values, without ever being formed.
 */
public final class Resizing {
  private Resizing() {}

  /**
   * A new adapter; the given one stays as it is. What it has beside products is copied.
   *
   * @throws IllegalArgumentException if it is not plain
   */
  public static Approximated of(Adapter adapter, RankRule rule) {
    PlainDraft draft = new PlainDraft(Lorax.remove(adapter.graph()));
    List<Approximation> modules = new ArrayList<>();
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      draft.keepTheRest(adapter, scope);
    }
    for (TargetGroup group : TargetGroup.of(adapter)) {
      requirePlain(adapter, group);
      try (Scope scope = new Scope();
          Gradients off = Gradients.off()) {
        Truncation cut = Truncation.of(group.change(adapter).orElseThrow(), rule);
        draft.change(group, cut.factors(), scope);
        modules.add(cut.of(group));
      }
    }
    return new Approximated(draft.finish(), modules, List.of());
  }

  private static void requirePlain(Adapter adapter, TargetGroup group) {
    for (Node node : group.adaptations(adapter)) {
      if (adapter.plain(node).isEmpty()) {
        throw new IllegalArgumentException(
            "%s is adapted by %s, and plain LoRA alone is resized: convert the adapter first"
                .formatted(adapter.target(node).name(), node.op()));
      }
    }
  }
}
