package dev.lorax.peft;

import dev.lorax.graph.Node;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Beginning;
import dev.lorax.lora.Factors;
import dev.lorax.lora.Lora;
import dev.lorax.lora.Lorax;
import dev.lorax.lora.LowRank;
import dev.lorax.model.LanguageModel;
import dev.lorax.op.Linear;
import dev.lorax.peft.PeftForm.Extra;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** An adapter's low-rank products as PEFT's modules have them. */
final class AdaptedModules {
  private final LanguageModel base;
  private final Adapter adapter;
  private final Map<String, Node> loras; // by the adapted node's name
  private final List<PeftModule> modules;
  private final PeftForm form;

  /**
   * The modules of an adapter.
   *
   * @param format whose they will be, for messages
   * @throws IllegalArgumentException if one cannot be said
   */
  AdaptedModules(ModuleTable table, Adapter adapter, String format) {
    this.base = table.base();
    this.adapter = adapter;
    loras =
        adapter.nodes().stream()
            .collect(Collectors.toMap(lora -> adapter.target(lora).name(), lora -> lora));
    modules =
        table.of(Lorax.remove(adapter.graph())).stream()
            .filter(module -> module.nodes().stream().anyMatch(this::isAdapted))
            .toList();
    form =
        PeftForm.of(
            adapter.nodes().stream()
                .filter(node -> adapter.plain(node).isEmpty())
                .map(node -> node.op().getClass())
                .collect(Collectors.toSet()));
    requireAll(format);
  }

  /** Every LoRA node must have a module to be stored in. */
  private void requireAll(String format) {
    Set<String> lost = new LinkedHashSet<>(loras.keySet());
    modules.forEach(module -> module.nodes().forEach(node -> lost.remove(node.name())));
    if (!lost.isEmpty()) {
      throw new IllegalArgumentException(
          "%s has no place for the adapters of %s: leave them out of the targets, or merge them"
              .formatted(format, String.join(", ", lost)));
    }
  }

  List<PeftModule> list() {
    return modules;
  }

  PeftForm form() {
    return form;
  }

  /** Whether a module of that name is adapted. */
  boolean contains(String module) {
    return modules.stream().anyMatch(adapted -> adapted.name().equals(module));
  }

  boolean isAdapted(Node node) {
    return loras.containsKey(node.name());
  }

  private Lora op(Node node) {
    return adapter.lora(loras.get(node.name()));
  }

  private List<Node> adaptedNodes(PeftModule module) {
    return module.nodes().stream().filter(this::isAdapted).toList();
  }

  /** The dropout of the first module, which stands for all. */
  double dropout() {
    return first(modules.get(0)).dropout().probability();
  }

  /** Whether all scales have the root of the rank as denominator. */
  boolean isRankStabilized() {
    return adapter.nodes().stream().allMatch(node -> adapter.lora(node).scaling().rankStabilized());
  }

  private Lora first(PeftModule module) {
    return op(adaptedNodes(module).get(0));
  }

  /** Whether the module's adapted nodes have one A, and one scale. */
  private boolean sharesA(PeftModule module) {
    List<Node> nodes = adaptedNodes(module);
    Set<String> names =
        nodes.stream()
            .map(node -> loras.get(node.name()))
            .map(lora -> lora.parameter(lora.op().parameters().get(0)))
            .collect(Collectors.toSet());
    boolean oneScale = nodes.stream().mapToDouble(node -> op(node).scale()).distinct().count() == 1;
    return names.size() == 1 && oneScale;
  }

  /** A and B of a node. */
  private Factors factors(Node node) {
    Node lora = loras.get(node.name());
    return adapter.plain(lora).orElseGet(() -> new Factors(adapter.a(lora), adapter.b(lora)));
  }

  int rank(PeftModule module) {
    List<Node> nodes = adaptedNodes(module);
    return sharesA(module)
        ? factors(nodes.get(0)).rank()
        : nodes.stream().mapToInt(node -> factors(node).rank()).sum();
  }

  /** The alpha that gives the module the scale of its first adapted node. */
  double alpha(PeftModule module) {
    Lora first = first(module);
    double ratio = (double) rank(module) / first.rank(); // 1 unless A's are stacked
    if (isRankStabilized()) {
      return first.alpha() * Math.sqrt(ratio);
    }
    return first.scaling().rankStabilized()
        ? first.scale() * rank(module)
        : first.alpha() * ratio; // a whole alpha stays whole
  }

  /** The tensors of a module by key, float32. */
  Map<String, Tensor> tensors(PeftModule module) {
    boolean shared = sharesA(module);
    List<Tensor> as = new ArrayList<>();
    Tensor bs = Tensor.zeros(DType.F32, module.out(), rank(module));
    int column = 0;
    for (PeftModule.Part part : module.parts()) {
      if (isAdapted(part.node())) {
        Factors factors = factors(part.node());
        Tensor b = factors.b().mul(share(module, part.node()));
        part.source().putRows(b, bs.narrow(1, column, b.size(1)));
        if (as.isEmpty() || !shared) {
          as.add(factors.a());
        }
        column += shared ? 0 : (int) b.size(1);
      }
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put(module.keyA(), Tensor.cat(0, as.toArray(Tensor[]::new)));
    tensors.put(module.keyB(), bs);
    for (Extra extra : form.extras()) {
      tensors.put(PeftFile.key(module.name(), extra.suffix()), rows(module, extra));
    }
    return tensors;
  }

  /** Scales of one module must agree: a node with another scale keeps its share in B. */
  private double share(PeftModule module, Node node) {
    return op(node).scale() / first(module).scale();
  }

  private Tensor rows(PeftModule module, Extra extra) {
    Tensor all = Tensor.zeros(DType.F32, module.out());
    for (PeftModule.Part part : module.parts()) {
      Node node = part.node();
      Tensor own = isAdapted(node) ? value(module, node, extra) : neutral(module, node, extra);
      part.source().putRows(own, all);
    }
    return all;
  }

  private Tensor value(PeftModule module, Node node, Extra extra) {
    Tensor own = adapter.value(loras.get(node.name()), extra.parameter());
    return extra.scaled() ? own.mul(share(module, node)) : own;
  }

  /** What changes nothing, for a node of the module that is not adapted. */
  private Tensor neutral(PeftModule module, Node node, Extra extra) {
    LowRank op = form.form().of(node, first(module).over((Linear) node.op()));
    String weight = node.parameter(node.op().parameters().get(0));
    Beginning beginning =
        new Beginning(node.name(), 0, Optional.of(base.parameters().weight(weight)));
    return op.first(beginning).get(extra.parameter());
  }
}
