package dev.lorax.gguf;

import static dev.lorax.checkpoint.CheckpointException.quote;

import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Factors;
import dev.lorax.model.LanguageModel;
import dev.lorax.peft.ModuleChange;
import dev.lorax.peft.ModuleChanges;
import dev.lorax.peft.ModuleTable;
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

/** Reads one adapter in GGUF for one base, strictly. */
final class AdapterReader {
  private final Path path;
  private final LanguageModel base;
  private final GgufMap map;
  private final ModuleTable modules;
  private final List<String> faults = new ArrayList<>();

  AdapterReader(Path path, LanguageModel base) {
    this.path = path;
    this.base = base;
    this.map = GgufMap.of(base.architecture(), base.graph());
    this.modules = new ModuleTable(base, map.weights());
  }

  Adapter read() {
    try (GgufFile file = GgufFile.open(path);
        Scope scope = new Scope()) {
      requireAdapter(file);
      List<String> present = check(file);
      if (!faults.isEmpty()) {
        throw new CheckpointException(
            path, "the adapter does not fit this base model: " + String.join("; ", faults));
      }
      List<ModuleChange> changes =
          present.stream().map(module -> change(module, file, scope)).toList();
      return modules.adapter(new ModuleChanges(changes, 0));
    }
  }

  private void requireAdapter(GgufFile file) {
    require(file, "general.type", "adapter");
    require(file, "adapter.type", "lora");
    require(file, "general.architecture", map.architecture());
    if (file.metadata().containsKey("adapter.alora.invocation_tokens")) {
      throw new CheckpointException(
          path, "acts only after certain tokens (activated LoRA), which is not supported");
    }
  }

  private void require(GgufFile file, String key, String wanted) {
    String found = file.text(key).orElse("absent");
    if (!found.equals(wanted)) {
      String what = "%s is %s, but an adapter for this base says %s: name another file or base";
      throw new CheckpointException(path, what.formatted(key, quote(found), wanted));
    }
  }

  /** The modules that the file adapts; whatever is wrong goes to the faults. */
  private List<String> check(GgufFile file) {
    Set<String> leftOver = new LinkedHashSet<>(file.tensors().keySet());
    List<String> present = new ArrayList<>();
    modules
        .shapes()
        .forEach(
            (module, shape) -> {
              boolean a = leftOver.remove(GgufAdapter.a(module));
              boolean b = leftOver.remove(GgufAdapter.b(module));
              if (a || b) {
                present.add(module);
                check(file, module, shape);
              }
            });
    leftOver.forEach(name -> faults.add(quote(name) + " is left over"));
    if (present.isEmpty() && faults.isEmpty()) {
      faults.add("it holds no tensor");
    }
    return present;
  }

  /** An embedding's A is looked up, and so lies row by token. */
  private void check(GgufFile file, String module, Shape shape) {
    long rank = rank(file.tensors().get(GgufAdapter.b(module)));
    long in = shape.get(1);
    Shape a = modules.isEmbedding(module) ? Shape.of(in, rank) : Shape.of(rank, in);
    checkTensor(file, GgufAdapter.a(module), a);
    checkTensor(file, GgufAdapter.b(module), Shape.of(shape.get(0), rank));
    AdapterTensors.obstacle(module, base.graph())
        .ifPresent(why -> faults.add(GgufAdapter.a(module) + ": " + why));
  }

  private static long rank(GgufTensor b) {
    return b == null || b.shape().rank() == 0 ? 0 : b.shape().get(-1);
  }

  private void checkTensor(GgufFile file, String name, Shape wanted) {
    GgufTensor found = file.tensors().get(name);
    if (found == null) {
      faults.add(name + " is missing");
    } else if (!found.shape().equals(wanted)) {
      faults.add("%s is %s instead of %s".formatted(name, found.shape(), wanted));
    } else if (wanted.size() == 0) {
      faults.add(name + " has rank 0");
    }
  }

  private ModuleChange change(String module, GgufFile file, Scope scope) {
    Tensor a = scope.adopt(file.get(GgufAdapter.a(module))).to(DType.F32);
    Tensor b = scope.adopt(file.get(GgufAdapter.b(module))).to(DType.F32);
    Factors factors =
        new Factors(
            modules.isEmbedding(module) ? a.transpose(0, 1) : a,
            map.fromFile(module + ".weight", b));
    double alpha = file.number(GgufAdapter.ALPHA).orElse(0);
    double scale = alpha == 0 ? 1 : alpha / factors.rank();
    return new ModuleChange(module, factors, scale, Optional.empty());
  }
}
