package dev.lorax.peft;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Dora;
import dev.lorax.lora.Dropout;
import dev.lorax.lora.Factors;
import dev.lorax.lora.Form;
import dev.lorax.lora.Lora;
import dev.lorax.lora.Lorax;
import dev.lorax.lora.LowRank;
import dev.lorax.lora.Scaling;
import dev.lorax.lora.Start;
import dev.lorax.lora.TokenRows;
import dev.lorax.model.LanguageModel;
import dev.lorax.op.Linear;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * An adapter as what it does to modules of the checkpoint, for formats that know nothing else.
 *
 * @param list one for each module that is adapted
 * @param dropout in training
 */
public record ModuleChanges(List<ModuleChange> list, double dropout) {
  private static final int NAMED = 3; // in a message

  /**
   * What an adapter does, in float32, in the open scope.
   *
   * @param format whose it will be, for messages
   * @throws IllegalArgumentException if it does more than that: trains biases, whole modules or
   *     rows of tokens (named)
   */
  public static ModuleChanges of(LanguageModel base, Adapter adapter, String format) {
    requireNothingElse(adapter, format);
    Graph plain = Lorax.remove(adapter.graph());
    AdaptedModules modules = new AdaptedModules(base, adapter, plain);
    if (modules.form() != PeftForm.PLAIN && modules.form().type() != Dora.class) {
      throw new IllegalArgumentException(
          "%s has no place for a bias on B: merge the adapter instead".formatted(format));
    }
    return new ModuleChanges(
        modules.list().stream().map(module -> change(modules, module)).toList(), modules.dropout());
  }

  private static void requireNothingElse(Adapter adapter, String format) {
    Set<String> others = new TreeSet<>(adapter.copies());
    adapter.adaptations().stream()
        .filter(node -> node.op() instanceof TokenRows)
        .forEach(node -> others.add("rows of tokens in " + adapter.target(node).name()));
    if (!others.isEmpty()) {
      throw new IllegalArgumentException(
          "%s holds products of A and B alone, and this adapter also trains %s: merge it instead"
              .formatted(format, some(others)));
    }
  }

  private static String some(Set<String> names) {
    String first = names.stream().limit(NAMED).collect(Collectors.joining(", "));
    return names.size() > NAMED ? first + " and %d more".formatted(names.size() - NAMED) : first;
  }

  private static ModuleChange change(AdaptedModules modules, PeftModule module) {
    Map<String, Tensor> tensors = modules.tensors(module);
    int rank = modules.rank(module);
    return new ModuleChange(
        module.name(),
        new Factors(tensors.get(module.keyA()), tensors.get(module.keyB())),
        new Scaling(modules.alpha(module), modules.isRankStabilized()).factor(rank),
        Optional.ofNullable(tensors.get(PeftFile.key(module.name(), ".lora_magnitude_vector"))));
  }

  /** The shapes [out, in] of all modules that can be adapted, by name. */
  public static Map<String, Shape> shapes(LanguageModel base) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    PeftModule.of(base.architecture(), base.graph())
        .forEach(module -> shapes.put(module.name(), Shape.of(module.out(), module.in())));
    return shapes;
  }

  /** Whether a module looks up rows instead of multiplying. */
  public static boolean isEmbedding(LanguageModel base, String module) {
    return PeftModule.of(base.architecture(), base.graph()).stream()
        .anyMatch(known -> known.name().equals(module) && known.isEmbedding());
  }

  /** The same changes with one rank and one scale; exact but for the rounding of B. */
  public ModuleChanges uniform() {
    int rank = list.stream().mapToInt(change -> change.factors().rank()).max().orElse(0);
    boolean agree = list.stream().mapToDouble(ModuleChange::scale).distinct().count() == 1;
    double scale = agree ? list.get(0).scale() : 1;
    return scaled(scale).padded(rank);
  }

  /** The same changes with that scale. */
  public ModuleChanges scaled(double scale) {
    return new ModuleChanges(list.stream().map(change -> change.scaled(scale)).toList(), dropout);
  }

  private ModuleChanges padded(int rank) {
    return new ModuleChanges(list.stream().map(change -> change.padded(rank)).toList(), dropout);
  }

  /**
   * An adapter that does this to a base; it has copies of the values.
   *
   * @throws java.util.NoSuchElementException if the base has no such module: {@link #shapes} says
   *     which it has
   */
  public Adapter adapter(LanguageModel base) {
    Map<String, PeftModule> modules = new LinkedHashMap<>();
    PeftModule.of(base.architecture(), base.graph())
        .forEach(module -> modules.put(module.name(), module));
    try (PeftDraft draft = new PeftDraft(base)) {
      for (ModuleChange change : list) {
        load(change, Optional.ofNullable(modules.get(change.name())).orElseThrow(), draft);
      }
      return draft.finish();
    }
  }

  private void load(ModuleChange change, PeftModule module, PeftDraft draft) {
    Optional<String> owner = Optional.empty();
    try (Scope scope = new Scope()) {
      for (PeftModule.Part part : module.parts()) {
        String node = part.node().name() + ".lora.";
        draft.adapt(part.node().name(), op(change, part.node(), owner));
        if (owner.isEmpty()) {
          draft.value(node + "a", change.factors().a(), scope);
          owner = Optional.of(node + "a");
        }
        draft.value(node + "b", part.source().rows(change.factors().b()), scope);
        change
            .magnitude()
            .map(part.source()::rows)
            .ifPresent(rows -> draft.value(node + "magnitude", rows, scope));
      }
    }
  }

  private LowRank op(ModuleChange change, Node node, Optional<String> owner) {
    int rank = change.factors().rank();
    Form form = change.magnitude().isPresent() ? Dora::of : Form.PLAIN;
    return form.of(
        node,
        new Lora(
            (Linear) node.op(),
            rank,
            Scaling.of(change.scale() * rank),
            new Dropout(dropout, OptionalLong.empty()),
            Start.KAIMING,
            owner));
  }
}
