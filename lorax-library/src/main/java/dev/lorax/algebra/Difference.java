package dev.lorax.algebra;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.graph.Parameterized;
import dev.lorax.model.LanguageModel;
import dev.lorax.model.Source;
import dev.lorax.op.Embedding;
import dev.lorax.op.Linear;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The difference of two models as an adapter for the first: for each matrix the best product for
 * what was added to it.
 *
 * <p>Nodes whose weights a checkpoint keeps in one matrix share an A, as PEFT would have it. A
 * table that an output head shares has no adapter that both would read, and is told.
 */
public final class Difference {
  private static final String BIAS = ".bias";

  private final LanguageModel base;
  private final Parameterized tuned;
  private final DifferenceOptions options;
  private final PlainDraft draft;
  private final List<Approximation> modules = new ArrayList<>();

  private Difference(LanguageModel base, Parameterized tuned, DifferenceOptions options) {
    if (!base.graph().equals(tuned.graph())) {
      throw new IllegalArgumentException(
          "The two models differ in more than weights: their graphs are not the same");
    }
    this.base = base;
    this.tuned = tuned;
    this.options = options;
    this.draft = new PlainDraft(base.graph());
  }

  /**
   * The adapter that makes the second model of the first, nearly.
   *
   * @throws IllegalArgumentException if they are not of one architecture, or no matrix differs
   */
  public static Approximated of(
      LanguageModel base, Parameterized tuned, DifferenceOptions options) {
    return new Difference(base, tuned, options).adapter();
  }

  private Approximated adapter() {
    Set<String> left = new LinkedHashSet<>(base.graph().parameters().keySet());
    left.removeIf(name -> !differs(name));
    for (TargetGroup group : groups()) {
      List<String> weights = group.targets().stream().map(Difference::weight).toList();
      if (weights.stream().anyMatch(left::contains)) {
        adapt(group);
        weights.forEach(left::remove);
      }
    }
    if (draft.isEmpty()) {
      throw new IllegalArgumentException(
          "No matrix differs that could be adapted"
              + (left.isEmpty() ? "" : ", only " + String.join(", ", left)));
    }
    if (options.copies()) {
      copies(left);
    }
    return new Approximated(draft.finish(), modules, List.copyOf(left));
  }

  private boolean differs(String name) {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      return change(name).abs().max().item() != 0;
    }
  }

  private Tensor change(String name) {
    Tensor before = base.parameters().weight(name).dense(DType.F32);
    return tuned.parameters().weight(name).dense(DType.F32).sub(before);
  }

  private static String weight(Node target) {
    return target.name() + ".weight";
  }

  /** Targets with a weight of their own, together where a checkpoint's matrix holds them. */
  private Collection<TargetGroup> groups() {
    Graph graph = base.graph();
    Set<String> shared = shared(graph);
    return graph.order().stream()
        .filter(node -> node.op() instanceof Linear && options.targets().test(node))
        .filter(node -> graph.parameters().containsKey(weight(node)))
        .filter(node -> !shared.contains(weight(node)))
        .collect(
            Collectors.groupingBy(
                node -> List.of(tensor(node), node.inputs()),
                LinkedHashMap::new,
                Collectors.toList()))
        .values()
        .stream()
        .map(TargetGroup::new)
        .toList();
  }

  private String tensor(Node node) {
    return base.architecture().weights().source(weight(node)).map(Source::tensor).orElse("");
  }

  private static Set<String> shared(Graph graph) {
    return graph.order().stream()
        .flatMap(node -> node.op().parameters().stream())
        .flatMap(spec -> spec.tiedTo().stream())
        .collect(Collectors.toSet());
  }

  private void adapt(TargetGroup group) {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      Tensor[] rows =
          group.targets().stream()
              .map(
                  node ->
                      node.op() instanceof Embedding
                          ? change(weight(node)).transpose(0, 1)
                          : change(weight(node)))
              .toArray(Tensor[]::new);
      Truncation cut = Truncation.of(Tensor.cat(0, rows), options.rank(), options.decomposition());
      draft.change(group, cut.factors(), scope);
      modules.add(cut.of(group));
    }
  }

  /** Copies what formats can say: all biases or none, and nodes that are no matrices whole. */
  private void copies(Set<String> left) {
    Set<String> copied = new LinkedHashSet<>();
    for (Node node : base.graph().order()) {
      List<String> own = node.op().parameters().stream().map(node::parameter).toList();
      if (!(node.op() instanceof Linear) && own.stream().anyMatch(left::contains)) {
        copied.addAll(own);
      } else if (left.contains(node.name() + BIAS)) {
        copied.addAll(biases());
      }
    }
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      copied.forEach(
          name -> draft.copy(name, tuned.parameters().weight(name).dense(DType.F32), scope));
    }
    left.removeAll(copied);
  }

  private List<String> biases() {
    return base.graph().parameters().keySet().stream().filter(name -> name.endsWith(BIAS)).toList();
  }
}
