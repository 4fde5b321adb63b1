package dev.lorax.checkpoint;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Parameters;
import dev.lorax.model.Architecture;
import dev.lorax.model.Source;
import dev.lorax.model.WeightMap;
import dev.lorax.op.Dense;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Precision;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;
import dev.lorax.tensor.Weight;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Fills a graph's parameters from files: all of them, or one error that lists every fault. */
final class WeightLoader {
  private final Path folder;
  private final Weights files;
  private final WeightMap map;
  private final boolean bare; // names lack the map's prefix
  private final Set<String> used = new HashSet<>();
  private final List<String> faults = new ArrayList<>();

  private WeightLoader(Path folder, Weights files, WeightMap map) {
    this.folder = folder;
    this.files = files;
    this.map = map;
    this.bare = files.names().stream().noneMatch(name -> name.startsWith(map.prefix()));
  }

  /**
   * Loads every parameter.
   *
   * @param precision of the matrices of products; empty: as the type says
   * @param type float32 or bfloat16; empty: as most numbers are stored, but float16 as float32
   */
  static Parameters load(
      Path folder,
      Weights files,
      Architecture architecture,
      Optional<DType> type,
      Optional<Precision> precision) {
    WeightLoader loader = new WeightLoader(folder, files, architecture.weights());
    Graph graph = architecture.graph();
    loader.refuse();
    graph.parameters().forEach(loader::check);
    loader.checkUnused();
    if (!loader.faults.isEmpty()) {
      throw new CheckpointException(
          folder, "the weights do not fit the model: " + String.join("; ", loader.faults));
    }
    DType one = type.orElseGet(loader::storedType);
    Map<String, Weight> values = new LinkedHashMap<>();
    // Looked up alone, a table costs no bandwidth: matrices of products are what counts.
    Set<String> products = precision.isPresent() ? Dense.matrices(graph) : Set.of();
    for (String name : graph.parameters().keySet()) {
      Tensor plain = loader.read(name, one);
      values.put(name, products.contains(name) ? precision.get().replace(plain) : plain);
    }
    return Parameters.ofWeights(values);
  }

  private void refuse() {
    for (String name : files.names()) {
      map.refusal(name)
          .ifPresent(
              reason -> {
                throw new CheckpointException(folder, name + " " + reason);
              });
    }
  }

  /** The type of most numbers: some files keep norms in float32, but products need one type. */
  private DType storedType() {
    Map<DType, Long> counts = new EnumMap<>(DType.class);
    for (String name : used) {
      TensorInfo info = files.info(name).orElseThrow();
      DType type = info.dtype() == DType.F16 ? DType.F32 : info.dtype();
      counts.merge(type, info.shape().size(), Long::sum);
    }
    return Collections.max(counts.entrySet(), Map.Entry.comparingByValue()).getKey();
  }

  private void check(String parameter, Shape shape) {
    Source source = map.source(parameter).orElseThrow();
    String name = fileName(source);
    used.add(name);
    Optional<TensorInfo> found = files.info(name);
    if (found.isEmpty()) {
      fault("%s is missing".formatted(name));
      return;
    }
    Shape wanted = source.fileShape(shape);
    if (!found.get().shape().equals(wanted)) {
      fault("%s is %s instead of %s".formatted(name, found.get().shape(), wanted));
    }
    if (!found.get().dtype().isFloating()) {
      fault("%s has type %s, which is no weight's".formatted(name, found.get().dtype()));
    }
  }

  private void fault(String fault) {
    if (!faults.contains(fault)) {
      faults.add(fault);
    }
  }

  private void checkUnused() {
    for (String name : files.names()) {
      boolean ignored = map.ignores(name) || bare && map.ignores(map.prefix() + name);
      if (!used.contains(name) && !ignored) {
        fault("%s is left over".formatted(name));
      }
    }
  }

  private Tensor read(String parameter, DType type) {
    Source source = map.source(parameter).orElseThrow();
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      Tensor file = scope.adopt(files.get(fileName(source)));
      return scope.release(source.read(file).to(type).handle());
    }
  }

  private String fileName(Source source) {
    String name = source.tensor();
    if (bare && name.startsWith(map.prefix())) {
      return name.substring(map.prefix().length());
    }
    return map.aliases(name).stream()
        .filter(alias -> files.info(alias).isPresent())
        .findFirst()
        .orElse(name);
  }
}
