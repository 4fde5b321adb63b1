package dev.lorax.mlx;

import dev.lorax.checkpoint.AtomicFolder;
import dev.lorax.checkpoint.SafetensorsWriter;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Factors;
import dev.lorax.mlx.MlxNames.Place;
import dev.lorax.model.LanguageModel;
import dev.lorax.peft.ModuleChange;
import dev.lorax.peft.ModuleChanges;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Writes one adapter folder. */
final class MlxWriter {
  private final LanguageModel base;
  private final Adapter adapter;
  private final MlxNames names;

  MlxWriter(LanguageModel base, Adapter adapter) {
    this.base = base;
    this.adapter = adapter;
    names = new MlxNames(base);
  }

  void write(Path folder) {
    try (Scope scope = new Scope();
        Gradients off = Gradients.off()) {
      ModuleChanges changes = names.table().changes(adapter, "mlx-lm's format").uniform();
      Map<String, ModuleChange> byName = byName(changes);
      byName.values().forEach(this::requireProduct);
      MlxConfig config = config(byName, changes.dropout());
      Map<String, Tensor> tensors = new TreeMap<>();
      for (String name : names.modules().keySet()) {
        if (byName.containsKey(name)) {
          put(tensors, name, byName.get(name));
        } else if (isNamed(config, name)) {
          put(tensors, name, nothing(name, config));
        }
      }
      AtomicFolder.create(
          folder,
          temporary -> {
            SafetensorsWriter.write(temporary.resolve(MlxFolder.FILE), tensors);
            Files.writeString(temporary.resolve(MlxConfig.FILE), config.json());
          });
    }
  }

  /** mlx-lm's embeddings give DoRA's lengths to tokens, and take a head that is tied with them. */
  private void requireProduct(ModuleChange change) {
    if (names.table().isEmbedding(change.name())
        && (change.magnitude().isPresent() || isTied(change.name() + ".weight"))) {
      throw new IllegalArgumentException(
          "mlx-lm would adapt %s in another way: leave it out of the targets, or merge the adapter"
              .formatted(change.name()));
    }
  }

  /** Whether several nodes use the parameter that a tensor of the checkpoint holds. */
  private boolean isTied(String tensor) {
    Set<String> parameters = Set.copyOf(base.architecture().weights().byTensor().get(tensor));
    return base.graph().order().stream()
        .flatMap(node -> node.op().parameters().stream())
        .anyMatch(spec -> spec.tiedTo().filter(parameters::contains).isPresent());
  }

  private Map<String, ModuleChange> byName(ModuleChanges changes) {
    Map<String, String> mlx = new LinkedHashMap<>();
    names.modules().forEach((name, module) -> mlx.put(module, name));
    return changes.list().stream()
        .collect(Collectors.toMap(change -> mlx.get(change.name()), change -> change));
  }

  private MlxConfig config(Map<String, ModuleChange> byName, double dropout) {
    List<Place> places = byName.keySet().stream().map(Place::of).toList();
    int first =
        places.stream().flatMap(place -> place.layer().stream()).min(Integer::compare).orElse(0);
    Set<String> keys =
        places.stream().map(Place::key).collect(Collectors.toCollection(TreeSet::new));
    ModuleChange any = byName.values().iterator().next();
    return new MlxConfig(
        any.magnitude().isPresent(),
        names.layers() - first,
        any.factors().rank(),
        any.scale(),
        dropout,
        Optional.of(keys));
  }

  /** Whether mlx-lm would adapt a module. */
  private boolean isNamed(MlxConfig config, String name) {
    Place place = Place.of(name);
    return config.keys().orElseThrow().contains(place.key())
        && place.layer().map(layer -> layer >= names.layers() - config.layers()).orElse(true);
  }

  /** A change that is none. */
  private ModuleChange nothing(String name, MlxConfig config) {
    if (config.dora()) {
      throw new IllegalArgumentException(
          "mlx-lm adapts the same modules in all of its last layers, and this adapter has no DoRA"
              + " for %s: merge it instead".formatted(name));
    }
    Shape shape = names.shape(names.modules().get(name));
    return new ModuleChange(
        name,
        new Factors(
            Tensor.zeros(DType.F32, config.rank(), shape.get(1)),
            Tensor.zeros(DType.F32, shape.get(0), config.rank())),
        config.scale(),
        Optional.empty());
  }

  private static void put(Map<String, Tensor> tensors, String name, ModuleChange change) {
    tensors.put(name + ".lora_a", change.factors().a().transpose(0, 1).contiguous());
    tensors.put(name + ".lora_b", change.factors().b().transpose(0, 1).contiguous());
    change.magnitude().ifPresent(lengths -> tensors.put(name + ".m", lengths.contiguous()));
  }
}
