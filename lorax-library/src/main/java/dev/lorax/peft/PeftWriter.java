package dev.lorax.peft;

import dev.lorax.checkpoint.AtomicFolder;
import dev.lorax.checkpoint.Checkpoint;
import dev.lorax.checkpoint.SafetensorsWriter;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Lorax;
import dev.lorax.lora.TokenIds;
import dev.lorax.lora.TokenRows;
import dev.lorax.model.Classifier;
import dev.lorax.model.LanguageModel;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes one adapter folder. */
final class PeftWriter {
  private static final Pattern SNAPSHOT =
      Pattern.compile(".*models--(.+?)--(.+)[/\\\\]snapshots[/\\\\]([0-9a-f]{40})");

  private final LanguageModel base;
  private final Adapter adapter;
  private final DType type;
  private final AdaptedModules adapted;
  private final SavedCopies copies;
  private final TokenIds tokens;

  PeftWriter(LanguageModel base, Adapter adapter, DType type) {
    if (type != DType.F32 && type != DType.F16 && type != DType.BF16) {
      throw new IllegalArgumentException("Adapters are written as f32, f16 or bf16, not " + type);
    }
    this.base = base;
    this.adapter = adapter;
    this.type = type;
    Graph graph = Lorax.remove(adapter.graph());
    adapted = new AdaptedModules(ModuleTable.of(base), adapter, "PEFT's format");
    copies = new SavedCopies(base, adapter, adapted, graph);
    tokens = rows().map(node -> ((TokenRows) node.op()).tokens()).findFirst().orElse(TokenIds.NONE);
  }

  private Stream<Node> rows() {
    return adapter.adaptations().stream().filter(node -> node.op() instanceof TokenRows);
  }

  void write(Path folder) {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      Map<String, Tensor> tensors = new TreeMap<>();
      adapted.list().forEach(module -> tensors.putAll(adapted.tensors(module)));
      tensors.putAll(copies.tensors());
      rows()
          .forEach(
              node ->
                  tensors.put(
                      PeftFile.key(PeftTokens.module(base), PeftTokens.SUFFIX),
                      adapter.value(node, "rows")));
      tensors.replaceAll((key, tensor) -> tensor.to(type).contiguous());
      AtomicFolder.create(
          folder,
          temporary -> {
            SafetensorsWriter.write(temporary.resolve(PeftReader.FILE), tensors);
            Files.writeString(temporary.resolve(PeftConfig.FILE), json());
            Files.writeString(temporary.resolve("README.md"), card());
            if (isOfClasses()
                && base instanceof Checkpoint checkpoint) { // which PEFT names nowhere
              Files.writeString(temporary.resolve("config.json"), checkpoint.config().toJson());
            }
          });
    }
  }

  /** The text of adapter_config.json. */
  String json() {
    String module = PeftTokens.module(base);
    return PeftConfigWriter.json(config(), module.substring(module.lastIndexOf('.') + 1), task());
  }

  /** PEFT takes the head of what it calls SEQ_CLS from the file; without one it has no task. */
  private Optional<String> task() {
    if (base.architecture() instanceof Classifier classifier) {
      return Optional.of("SEQ_CLS")
          .filter(
              task ->
                  classifier.head().stream()
                      .allMatch(node -> adapter.copies().contains(node + ".weight")));
    }
    return Optional.of("CAUSAL_LM");
  }

  private boolean isOfClasses() {
    return base.architecture() instanceof Classifier;
  }

  private PeftConfig config() {
    int rank = mostCommonRank();
    double alpha =
        adapted.list().stream()
            .filter(module -> adapted.rank(module) == rank)
            .findFirst()
            .map(adapted::alpha)
            .orElseThrow();
    Map<String, Integer> ranks = new LinkedHashMap<>();
    Map<String, Double> alphas = new LinkedHashMap<>();
    for (PeftModule module : adapted.list()) {
      if (adapted.rank(module) != rank) {
        ranks.put(module.name(), adapted.rank(module));
      }
      if (adapted.alpha(module) != alpha) {
        alphas.put(module.name(), adapted.alpha(module));
      }
    }
    return new PeftConfig(
        new PeftConfig.Base(baseName(), snapshot().map(found -> found.group(3))),
        rank,
        alpha,
        adapted.dropout(),
        adapted.isRankStabilized(),
        suffixes(),
        ranks,
        alphas,
        adapted.list().stream().anyMatch(PeftModule::isTransposed),
        adapted.form(),
        copies.bias(),
        copies.modules(),
        tokens);
  }

  private int mostCommonRank() {
    return adapted.list().stream()
        .collect(Collectors.groupingBy(adapted::rank, TreeMap::new, Collectors.counting()))
        .entrySet()
        .stream()
        .max(Comparator.comparingLong(Map.Entry::getValue))
        .orElseThrow()
        .getKey();
  }

  /** For each module the shortest end of its name that names no other module by mistake. */
  private List<String> suffixes() {
    Set<String> wanted = adapted.list().stream().map(PeftModule::name).collect(Collectors.toSet());
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
        .formatted(baseName(), adapter.trained().count());
  }
}
