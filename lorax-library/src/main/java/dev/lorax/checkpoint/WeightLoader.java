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
  private final Set<String> quantised; // all that belongs to matrices of bitsandbytes
  private final Set<String> used = new HashSet<>();
  private final List<String> faults = new ArrayList<>();

  private WeightLoader(Path folder, Weights files, WeightMap map) {
    this.folder = folder;
    this.files = files;
    this.map = map;
    this.quantised = BitsAndBytes.names(files);
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
    loader.refuseOther(precision);
    DType one = type.orElseGet(loader::storedType);
    Map<String, Weight> values = new LinkedHashMap<>();
    // Looked up alone, a table costs no bandwidth: matrices of products are what counts.
    Set<String> products = precision.isPresent() ? Dense.matrices(graph) : Set.of();
    for (String name : graph.parameters().keySet()) {
      Weight stored = loader.read(name, one);
      if (type.isPresent() && !(stored instanceof Tensor)) {
        values.put(name, plain(stored, one));
      } else if (stored instanceof Tensor plain && products.contains(name)) {
        values.put(name, precision.get().replace(plain));
      } else {
        values.put(name, stored);
      }
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

  private static Tensor plain(Weight quantised, DType type) {
    try (quantised;
        Scope scope = new Scope()) {
      return scope.release(quantised.dense(type));
    }
  }

  /** What is quantised in one way would lose more in another, without a word. */
  private void refuseOther(Optional<Precision> wanted) {
    for (String name : used) {
      if (wanted.isPresent() && BitsAndBytes.holds(files, name)) {
        Precision stored = BitsAndBytes.of(files, name).precision();
        if (wanted.get() != stored) {
          throw new CheckpointException(
              folder,
              "its weights are quantised to %s already, and would lose more in %s: leave --dtype out"
                  .formatted(stored, wanted.get()));
        }
      }
    }
  }

  /** The type of most numbers: some files keep norms in float32, but products need one type. */
  private DType storedType() {
    Map<DType, Long> counts = new EnumMap<>(DType.class);
    for (String name : used) {
      if (quantised.contains(name)) {
        continue;
      }
      TensorInfo info = files.info(name).orElseThrow();
      DType type = info.dtype() == DType.F16 ? DType.F32 : info.dtype();
      counts.merge(type, info.shape().size(), Long::sum);
    }
    return counts.isEmpty()
        ? DType.F32
        : Collections.max(counts.entrySet(), Map.Entry.comparingByValue()).getKey();
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
    if (quantised.contains(name)) {
      checkQuantised(name, source, shape);
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

  /** These are kept as [out, in], also where the plain matrix was the other way round. */
  private void checkQuantised(String name, Source source, Shape shape) {
    long rows = source instanceof Source.Rows part ? part.groups() * part.total() : shape.get(0);
    BitsAndBytes.of(files, name).fault(Shape.of(rows, shape.get(1))).ifPresent(this::fault);
  }

  private void fault(String fault) {
    if (!faults.contains(fault)) {
      faults.add(fault);
    }
  }

  private void checkUnused() {
    for (String name : files.names()) {
      boolean ignored = map.ignores(name) || bare && map.ignores(map.prefix() + name);
      if (!used.contains(name) && !quantised.contains(name) && !ignored) {
        fault("%s is left over".formatted(name));
      }
    }
  }

  private Weight read(String parameter, DType type) {
    Source source = map.source(parameter).orElseThrow();
    String name = fileName(source);
    if (quantised.contains(name)) {
      return read(source, BitsAndBytes.of(files, name), type);
    }
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      Tensor file = scope.adopt(files.get(name));
      return scope.release(source.read(file).to(type).handle());
    }
  }

  /** Where fused parameters take turns, none of them is a stretch of blocks: it is made plain. */
  private static Weight read(Source source, BitsAndBytes matrix, DType type) {
    long all = matrix.shape().get(0);
    if (!(source instanceof Source.Rows part)) {
      return matrix.read(0, all, type);
    }
    if (part.groups() == 1) {
      return matrix.read(part.first(), part.count(), type);
    }
    try (Scope scope = new Scope();
        Weight whole = matrix.read(0, all, type)) {
      return scope.release(part.rows(whole.dense(type)).handle());
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
