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
import dev.lorax.lora.Scaling;
import dev.lorax.lora.Start;
import dev.lorax.lora.TokenRows;
import dev.lorax.model.LanguageModel;
import dev.lorax.model.WeightMap;
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
 * The modules of a model that can be adapted, by the names that some format has for them: the way
 * between adapters and {@link ModuleChanges}.
 */
public final class ModuleTable {
  private static final int NAMED = 3; // in a message

  private final LanguageModel base;
  private final WeightMap names;
  private final Map<String, PeftModule> modules = new LinkedHashMap<>();

  /** Those of a model, each named as its matrix is in that map without {@code .weight}. */
  public ModuleTable(LanguageModel base, WeightMap names) {
    this.base = base;
    this.names = names;
    of(base.graph()).forEach(module -> modules.put(module.name(), module));
  }

  /** Those of a model by the checkpoint's own names. */
  public static ModuleTable of(LanguageModel base) {
    return new ModuleTable(base, base.architecture().weights());
  }

  LanguageModel base() {
    return base;
  }

  List<PeftModule> of(Graph graph) {
    return PeftModule.of(names, graph);
  }

  /** Their shapes [out, in] by name. */
  public Map<String, Shape> shapes() {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    modules.forEach((name, module) -> shapes.put(name, Shape.of(module.out(), module.in())));
    return shapes;
  }

  /** Whether a module looks up rows instead of multiplying. */
  public boolean isEmbedding(String module) {
    return modules.containsKey(module) && modules.get(module).isEmbedding();
  }

  /**
   * What an adapter does to them, in float32, in the open scope.
   *
   * @param format whose it will be, for messages
   * @throws IllegalArgumentException if it does more than that: trains biases, whole modules or
   *     rows of tokens (named)
   */
  public ModuleChanges changes(Adapter adapter, String format) {
    requireNothingElse(adapter, format);
    AdaptedModules adapted = new AdaptedModules(this, adapter, format);
    if (adapted.form() != PeftForm.PLAIN && adapted.form().type() != Dora.class) {
      throw new IllegalArgumentException(
          "%s has no place for a bias on B: merge the adapter instead".formatted(format));
    }
    return new ModuleChanges(
        adapted.list().stream().map(module -> change(adapted, module)).toList(), adapted.dropout());
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

  private static ModuleChange change(AdaptedModules adapted, PeftModule module) {
    Map<String, Tensor> tensors = adapted.tensors(module);
    int rank = adapted.rank(module);
    return new ModuleChange(
        module.name(),
        new Factors(tensors.get(module.keyA()), tensors.get(module.keyB())),
        new Scaling(adapted.alpha(module), adapted.isRankStabilized()).factor(rank),
        Optional.ofNullable(tensors.get(PeftFile.key(module.name(), ".lora_magnitude_vector"))));
  }

  /**
   * An adapter that does this to the model; it has copies of the values.
   *
   * @throws java.util.NoSuchElementException if the model has no such module: {@link #shapes} says
   *     which it has
   */
  public Adapter adapter(ModuleChanges changes) {
    Dropout dropout = new Dropout(changes.dropout(), OptionalLong.empty());
    try (PeftDraft draft = new PeftDraft(base)) {
      for (ModuleChange change : changes.list()) {
        load(change, dropout, draft);
      }
      return draft.finish();
    }
  }

  private void load(ModuleChange change, Dropout dropout, PeftDraft draft) {
    PeftModule module = Optional.ofNullable(modules.get(change.name())).orElseThrow();
    Optional<String> owner = Optional.empty();
    try (Scope scope = new Scope()) {
      for (PeftModule.Part part : module.parts()) {
        String node = Lorax.adapterOf(part.node().name());
        Lora lora = lora(change, part.node(), dropout, owner);
        Form form = change.magnitude().isPresent() ? Dora::of : Form.PLAIN;
        draft.adapt(part.node().name(), form.of(part.node(), lora));
        if (owner.isEmpty()) {
          draft.value(node + ".a", change.factors().a(), scope);
          owner = Optional.of(node + ".a");
        }
        draft.value(node + ".b", part.source().rows(change.factors().b()), scope);
        change
            .magnitude()
            .map(part.source()::rows)
            .ifPresent(rows -> draft.value(node + ".magnitude", rows, scope));
      }
    }
  }

  private static Lora lora(
      ModuleChange change, Node node, Dropout dropout, Optional<String> owner) {
    int rank = change.factors().rank();
    Scaling scaling = Scaling.of(change.scale() * rank);
    return new Lora((Linear) node.op(), rank, scaling, dropout, Start.KAIMING, owner);
  }
}
