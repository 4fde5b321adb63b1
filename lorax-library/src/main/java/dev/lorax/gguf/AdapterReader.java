package dev.lorax.gguf;

import static dev.lorax.checkpoint.CheckpointException.quote;

import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Node;
import dev.lorax.graph.Parameters;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Dropout;
import dev.lorax.lora.Lora;
import dev.lorax.lora.Lorax;
import dev.lorax.lora.Scaling;
import dev.lorax.lora.Start;
import dev.lorax.model.LanguageModel;
import dev.lorax.op.Linear;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads one adapter in GGUF for one base, strictly. */
final class AdapterReader {
  private final Path path;
  private final LanguageModel base;
  private final GgufMap map;
  private final Map<String, Lora> ops = new HashMap<>(); // by the adapted node's name
  private final Map<String, Tensor> values = new LinkedHashMap<>();
  private final List<String> faults = new ArrayList<>();

  AdapterReader(Path path, LanguageModel base) {
    this.path = path;
    this.base = base;
    this.map = GgufMap.of(base.architecture(), base.graph());
  }

  Adapter read() {
    try (GgufFile file = GgufFile.open(path)) {
      requireAdapter(file);
      List<AdapterModule> present = check(file);
      if (!faults.isEmpty()) {
        throw new CheckpointException(
            path, "the adapter does not fit this base model: " + String.join("; ", faults));
      }
      double alpha = file.number(GgufAdapter.ALPHA).orElse(0);
      present.forEach(module -> load(module, file, alpha));
    }
    Graph injected = Lorax.inject(base.graph(), node -> Optional.ofNullable(ops.get(node.name())));
    return Adapter.of(injected, Parameters.of(values));
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

  /** The tensors that the file adapts; whatever is wrong goes to the faults. */
  private List<AdapterModule> check(GgufFile file) {
    Set<String> leftOver = new LinkedHashSet<>(file.tensors().keySet());
    List<AdapterModule> present = new ArrayList<>();
    for (AdapterModule module : AdapterModule.of(map, base.graph())) {
      if (leftOver.contains(module.a()) || leftOver.contains(module.b())) {
        present.add(module);
        long rank = rank(file.tensors().get(module.b()));
        check(file, module.a(), module.shapeOfA(rank));
        check(file, module.b(), module.shapeOfB(rank));
        leftOver.remove(module.a());
        leftOver.remove(module.b());
        module.obstacle(base.graph()).ifPresent(why -> faults.add(module.a() + ": " + why));
      }
    }
    leftOver.forEach(name -> faults.add(quote(name) + " is left over"));
    if (present.isEmpty() && faults.isEmpty()) {
      faults.add("it holds no tensor");
    }
    return present;
  }

  private static long rank(GgufTensor b) {
    return b == null || b.shape().rank() == 0 ? 0 : b.shape().get(-1);
  }

  private void check(GgufFile file, String name, Shape wanted) {
    GgufTensor found = file.tensors().get(name);
    if (found == null) {
      faults.add(name + " is missing");
    } else if (!found.shape().equals(wanted)) {
      faults.add("%s is %s instead of %s".formatted(name, found.shape(), wanted));
    } else if (wanted.size() == 0) {
      faults.add(name + " has rank 0");
    }
  }

  private void load(AdapterModule module, GgufFile file, double alpha) {
    try (Scope scope = new Scope()) {
      Tensor a = scope.adopt(file.get(module.a())).to(DType.F32);
      Tensor b = map.fromFile(module.tensor(), scope.adopt(file.get(module.b())).to(DType.F32));
      String owner = module.nodes().get(0).name() + ".lora.a";
      values.put(owner, scope.release((module.isEmbedding() ? a.transpose(0, 1) : a).copy()));
      int rank = (int) b.size(1);
      long row = 0;
      for (Node node : module.nodes()) {
        Optional<String> sharedA = row == 0 ? Optional.empty() : Optional.of(owner);
        ops.put(node.name(), op(node, rank, alpha == 0 ? rank : alpha, sharedA));
        Tensor rows = b.narrow(0, row, AdapterModule.out(node));
        values.put(node.name() + ".lora.b", scope.release(rows.copy()));
        row += AdapterModule.out(node);
      }
    }
  }

  private static Lora op(Node node, int rank, double alpha, Optional<String> sharedA) {
    return new Lora(
        (Linear) node.op(), rank, Scaling.of(alpha), Dropout.NONE, Start.KAIMING, sharedA);
  }
}
