package dev.lorax.mlx;

import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.checkpoint.Safetensors;
import dev.lorax.checkpoint.TensorInfo;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Factors;
import dev.lorax.mlx.MlxNames.Place;
import dev.lorax.model.LanguageModel;
import dev.lorax.peft.ModuleChange;
import dev.lorax.peft.ModuleChanges;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads one adapter folder for one base, strictly. */
final class MlxReader {
  private final Path folder;
  private final LanguageModel base;
  private final MlxConfig config;
  private final MlxNames names;
  private final Set<String> faults = new LinkedHashSet<>();

  MlxReader(Path folder, LanguageModel base) {
    this.folder = folder;
    this.base = base;
    config = MlxConfig.read(folder);
    names = new MlxNames(base);
  }

  Adapter read() {
    try (Safetensors file = Safetensors.open(folder.resolve(MlxFolder.FILE));
        Scope scope = new Scope()) {
      Set<String> leftOver = new LinkedHashSet<>(file.names());
      List<String> modules = modules(file);
      modules.forEach(module -> check(file, module, leftOver));
      leftOver.forEach(key -> faults.add(key + " is left over"));
      if (modules.isEmpty()) {
        faults.add("none of its tensors is an adapter's");
      }
      if (!faults.isEmpty()) {
        throw new CheckpointException(
            folder, "the adapter does not fit this base model: " + String.join("; ", faults));
      }
      List<ModuleChange> changes = new ArrayList<>();
      modules.forEach(module -> changes.add(change(file, module, scope)));
      return names.table().adapter(new ModuleChanges(changes, config.dropout()));
    }
  }

  /** Those that mlx-lm would adapt; where it is left to a default, those of the file. */
  private List<String> modules(Safetensors file) {
    int first = config.layers() > 0 ? names.layers() - config.layers() : 0; // 0 and -1 mean all
    return names.modules().keySet().stream()
        .filter(
            module ->
                config
                    .keys()
                    .map(keys -> isNamed(keys, module, first))
                    .orElseGet(() -> file.names().contains(module + ".lora_a")))
        .toList();
  }

  private static boolean isNamed(Set<String> keys, String module, int first) {
    Place place = Place.of(module);
    return keys.contains(module)
        || (keys.contains(place.key())
            && place.layer().filter(layer -> layer >= first).isPresent());
  }

  private void check(Safetensors file, String module, Set<String> leftOver) {
    Shape shape = names.shape(names.modules().get(module));
    check(file, module + ".lora_a", Shape.of(shape.get(1), config.rank()), leftOver);
    check(file, module + ".lora_b", Shape.of(config.rank(), shape.get(0)), leftOver);
    if (config.dora()) {
      check(file, module + ".m", Shape.of(shape.get(0)), leftOver);
      if (names.table().isEmbedding(names.modules().get(module))) {
        faults.add(module + " is an embedding, whose rows DoRA measures otherwise than mlx-lm");
      }
    }
  }

  private void check(Safetensors file, String key, Shape wanted, Set<String> leftOver) {
    leftOver.remove(key);
    Optional<TensorInfo> found = file.info(key);
    if (found.isEmpty()) {
      faults.add(key + " is missing");
    } else if (!found.get().shape().equals(wanted)) {
      faults.add("%s is %s instead of %s".formatted(key, found.get().shape(), wanted));
    } else if (!found.get().dtype().isFloating()) {
      faults.add("%s has type %s".formatted(key, found.get().dtype()));
    }
  }

  private ModuleChange change(Safetensors file, String module, Scope scope) {
    return new ModuleChange(
        names.modules().get(module),
        new Factors(
            get(file, module + ".lora_a", scope).transpose(0, 1).contiguous(),
            get(file, module + ".lora_b", scope).transpose(0, 1).contiguous()),
        config.scale(),
        config.dora() ? Optional.of(get(file, module + ".m", scope)) : Optional.empty());
  }

  private static Tensor get(Safetensors file, String key, Scope scope) {
    return scope.adopt(file.get(key)).to(DType.F32);
  }
}
