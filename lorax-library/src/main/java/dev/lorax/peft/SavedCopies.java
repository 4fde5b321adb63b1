package dev.lorax.peft;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.graph.Parameters;
import dev.lorax.lora.Adapter;
import dev.lorax.model.LanguageModel;
import dev.lorax.model.Source;
import dev.lorax.model.WeightMap;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Parameters of the base that an adapter holds itself, as PEFT names them. */
final class SavedCopies {
  private static final String BIAS = ".bias";

  private final LanguageModel base;
  private final Adapter adapter;
  private final AdaptedModules adapted;
  private final Set<String> modules = new TreeSet<>();
  private final String bias;

  /**
   * The copies of an adapter.
   *
   * @throws IllegalArgumentException if PEFT has no way to say which they are
   */
  SavedCopies(LanguageModel base, Adapter adapter, AdaptedModules adapted, Graph graph) {
    this.base = base;
    this.adapter = adapter;
    this.adapted = adapted;
    Set<String> rest = new LinkedHashSet<>(adapter.copies());
    for (Node node : graph.order()) {
      String weight = node.name() + ".weight";
      if (rest.contains(weight)) {
        modules.add(WeightMap.module(tensor(weight)));
        node.op().parameters().forEach(spec -> rest.remove(node.name() + "." + spec.name()));
      }
    }
    bias = bias(rest, graph);
  }

  private String bias(Set<String> rest, Graph graph) {
    if (rest.isEmpty()) {
      return "none";
    }
    if (rest.equals(biases(graph.order().stream().filter(adapted::isAdapted).toList()))) {
      return "lora_only";
    }
    Set<String> all = biases(graph.order());
    all.removeIf(name -> modules.contains(WeightMap.module(tensor(name))));
    if (rest.equals(all)) {
      return "all";
    }
    throw new IllegalArgumentException(
        "PEFT's format trains all biases, those of the targets, or none, but not those of %s alone"
            .formatted(String.join(", ", rest)));
  }

  private static Set<String> biases(List<Node> nodes) {
    return nodes.stream()
        .flatMap(node -> node.op().parameters().stream().map(node::parameter))
        .filter(name -> name.endsWith(BIAS))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private WeightMap weights() {
    return base.architecture().weights();
  }

  private String tensor(String parameter) {
    return weights().source(parameter).map(Source::tensor).orElseThrow();
  }

  /** PEFT's option: none, all or lora_only. */
  String bias() {
    return bias;
  }

  /** Names of the modules that are saved whole; of one with parts, its own. */
  List<String> modules() {
    return modules.stream().map(this::whole).distinct().toList();
  }

  /** The module that a module is a part of, if all its parts are saved. */
  private String whole(String module) {
    int dot = module.lastIndexOf('.');
    String parent = module.substring(0, Math.max(dot, 0));
    List<String> parts =
        PeftModule.names(base.architecture()).stream()
            .filter(name -> name.startsWith(parent + "."))
            .toList();
    return dot > 0 && modules.containsAll(parts) ? parent : module;
  }

  /** The tensors by key, float32. */
  Map<String, Tensor> tensors() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Parameters all = base.parameters().and(adapter.trained());
    for (String parameter : adapter.copies()) {
      String tensor = tensor(parameter);
      tensors.computeIfAbsent(key(tensor), key -> whole(tensor, all));
    }
    return tensors;
  }

  private String key(String tensor) {
    String module = WeightMap.module(tensor);
    String own = tensor.substring(module.length());
    return PeftFile.key(
        module, own.equals(BIAS) && adapted.contains(module) ? PeftCopies.BASE_LAYER + own : own);
  }

  /** A tensor of the checkpoint; parts of it that are not held are the base's. */
  private Tensor whole(String tensor, Parameters all) {
    Map<String, Tensor> parts = new LinkedHashMap<>();
    List<String> names = new ArrayList<>(weights().parameters(tensor));
    names.forEach(name -> parts.put(name, all.weight(name).dense(DType.F32)));
    return weights().write(tensor, Parameters.of(parts));
  }
}
