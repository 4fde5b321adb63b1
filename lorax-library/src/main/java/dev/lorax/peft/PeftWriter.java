package dev.lorax.peft;

import dev.lorax.checkpoint.AtomicFolder;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.checkpoint.SafetensorsWriter;
import dev.lorax.graph.Node;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Lora;
import dev.lorax.lora.Lorax;
import dev.lorax.model.LanguageModel;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Writes one adapter folder. */
final class PeftWriter {
  private static final Pattern SNAPSHOT =
      Pattern.compile(".*models--(.+?)--(.+)[/\\\\]snapshots[/\\\\]([0-9a-f]{40})");

  private final LanguageModel base;
  private final Adapter adapter;
  private final DType type;
  private final Map<String, Node> loras; // by the adapted node's name
  private final List<PeftModule> adapted;

  PeftWriter(LanguageModel base, Adapter adapter, DType type) {
    if (type != DType.F32 && type != DType.F16 && type != DType.BF16) {
      throw new IllegalArgumentException("Adapters are written as f32, f16 or bf16, not " + type);
    }
    this.base = base;
    this.adapter = adapter;
    this.type = type;
    this.loras =
        adapter.nodes().stream()
            .collect(Collectors.toMap(lora -> adapter.target(lora).name(), lora -> lora));
    this.adapted =
        PeftModule.of(base.architecture(), Lorax.remove(adapter.graph())).stream()
            .filter(module -> module.nodes().stream().anyMatch(this::isAdapted))
            .toList();
    requireAll();
  }

  /** Every LoRA node must have a module to be stored in. */
  private void requireAll() {
    Set<String> lost = new LinkedHashSet<>(loras.keySet());
    adapted.forEach(module -> module.nodes().forEach(node -> lost.remove(node.name())));
    if (!lost.isEmpty()) {
      throw new IllegalArgumentException(
          "PEFT's format has no place for the adapters of %s: leave them out of the targets"
              .formatted(String.join(", ", lost)));
    }
  }

  void write(Path folder) {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      Map<String, Tensor> tensors = new TreeMap<>();
      adapted.forEach(module -> tensors.putAll(tensors(module)));
      AtomicFolder.create(
          folder,
          temporary -> {
            SafetensorsWriter.write(temporary.resolve(PeftReader.FILE), tensors);
            Files.writeString(temporary.resolve(PeftConfig.FILE), config().toJson());
            Files.writeString(temporary.resolve("README.md"), card());
          });
    }
  }

  private boolean isAdapted(Node node) {
    return loras.containsKey(node.name());
  }

  private Lora op(Node node) {
    return (Lora) loras.get(node.name()).op();
  }

  private List<Node> adaptedNodes(PeftModule module) {
    return module.nodes().stream().filter(this::isAdapted).toList();
  }

  /** Whether the module's adapted nodes have one A, and one scale. */
  private boolean sharesA(PeftModule module) {
    List<Node> nodes = adaptedNodes(module);
    Set<String> names =
        nodes.stream()
            .map(node -> loras.get(node.name()))
            .map(lora -> lora.parameter(lora.op().parameters().get(0)))
            .collect(Collectors.toSet());
    return names.size() == 1 && sameScale(nodes);
  }

  private boolean sameScale(List<Node> nodes) {
    return nodes.stream().mapToDouble(node -> op(node).scale()).distinct().count() == 1;
  }

  private int rank(PeftModule module) {
    List<Node> nodes = adaptedNodes(module);
    return sharesA(module)
        ? op(nodes.get(0)).rank()
        : nodes.stream().mapToInt(node -> op(node).rank()).sum();
  }

  /** The alpha that gives the module the scale of its first adapted node. */
  private double alpha(PeftModule module) {
    Lora first = op(adaptedNodes(module).get(0));
    return first.alpha() * ((double) rank(module) / first.rank()); // a whole alpha stays whole
  }

  private Map<String, Tensor> tensors(PeftModule module) {
    List<Node> nodes = adaptedNodes(module);
    double scale = op(nodes.get(0)).scale();
    boolean shared = sharesA(module);
    List<Tensor> as = new ArrayList<>();
    Tensor bs = Tensor.zeros(DType.F32, module.out(), rank(module));
    int column = 0;
    for (PeftModule.Part part : module.parts()) {
      if (isAdapted(part.node())) {
        Node lora = loras.get(part.node().name());
        // Scales of one module must agree; a node with another scale keeps it in B.
        Tensor b = adapter.b(lora).mul(op(part.node()).scale() / scale);
        part.source().putRows(b, bs.narrow(1, column, b.size(1)));
        if (as.isEmpty() || !shared) {
          as.add(adapter.a(lora));
        }
        column += shared ? 0 : (int) b.size(1);
      }
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put(module.keyA(), stored(Tensor.cat(0, as.toArray(Tensor[]::new))));
    tensors.put(module.keyB(), stored(bs));
    return tensors;
  }

  private Tensor stored(Tensor whole) {
    return whole.to(type).contiguous();
  }

  private PeftConfig config() {
    int rank = mostCommonRank();
    double alpha = adapted.stream().filter(m -> rank(m) == rank).findFirst().map(this::alpha).get();
    Map<String, Integer> ranks = new LinkedHashMap<>();
    Map<String, Double> alphas = new LinkedHashMap<>();
    for (PeftModule module : adapted) {
      if (rank(module) != rank) {
        ranks.put(module.name(), rank(module));
      }
      if (alpha(module) != alpha) {
        alphas.put(module.name(), alpha(module));
      }
    }
    return new PeftConfig(
        baseName(),
        snapshot().map(found -> found.group(3)),
        rank,
        alpha,
        op(adaptedNodes(adapted.get(0)).get(0)).dropout(),
        false,
        suffixes(),
        ranks,
        alphas,
        adapted.stream().anyMatch(PeftModule::isTransposed));
  }

  private int mostCommonRank() {
    return adapted.stream()
        .collect(Collectors.groupingBy(this::rank, TreeMap::new, Collectors.counting()))
        .entrySet()
        .stream()
        .max(Comparator.comparingLong(Map.Entry::getValue))
        .orElseThrow()
        .getKey();
  }

  /** For each module the shortest end of its name that names no other module by mistake. */
  private List<String> suffixes() {
    Set<String> wanted = adapted.stream().map(PeftModule::name).collect(Collectors.toSet());
    List<String> others =
        PeftModule.names(base.architecture()).stream().filter(n -> !wanted.contains(n)).toList();
    return wanted.stream().map(name -> suffix(name, others)).distinct().sorted().toList();
  }

  private static String suffix(String name, List<String> others) {
    int dot = name.length();
    while ((dot = name.lastIndexOf('.', dot - 1)) >= 0) {
      String end = name.substring(dot);
      if (others.stream().noneMatch(other -> ("." + other).endsWith(end))) {
        return end.substring(1);
      }
    }
    return name;
  }

  /** A snapshot in the cache of the Hugging Face hub goes by the name that it has there. */
  private String baseName() {
    return snapshot().map(found -> found.group(1) + "/" + found.group(2)).orElse(baseFolder());
  }

  /** Owner, name and commit of a base of the hub. */
  private Optional<Matcher> snapshot() {
    return Optional.of(SNAPSHOT.matcher(baseFolder())).filter(Matcher::matches);
  }

  private String baseFolder() {
    return base instanceof Checkpoint checkpoint ? checkpoint.folder().toString() : "";
  }

  private String card() {
    return """
        ---
        base_model: %s
        library_name: peft
        tags:
        - lora
        ---

        A LoRA adapter of %d parameters, trained with Lorax for Java. It loads with PEFT:
        `PeftModel.from_pretrained(base, folder)`.
        """
        .formatted(baseName(), adapter.parameters().count());
  }
}
