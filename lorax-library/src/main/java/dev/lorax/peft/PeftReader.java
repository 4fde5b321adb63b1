package dev.lorax.peft;

import dev.lorax.checkpoint.CheckpointException;
import dev.lorax.checkpoint.Safetensors;
import dev.lorax.checkpoint.TensorInfo;
import dev.lorax.checkpoint.Weights;
import dev.lorax.graph.Graph;
import dev.lorax.graph.Initializer;
import dev.lorax.graph.Node;
import dev.lorax.graph.Parameters;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Lora;
import dev.lorax.lora.Lorax;
import dev.lorax.model.LanguageModel;
import dev.lorax.op.Linear;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Shape;
import dev.lorax.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Reads one adapter folder for one base, strictly. */
final class PeftReader {
  static final String FILE = "adapter_model.safetensors";

  private final Path folder;
  private final LanguageModel base;
  private final PeftConfig config;
  private final Map<String, Lora> ops = new HashMap<>(); // by the adapted node's name
  private final Map<String, Tensor> values = new LinkedHashMap<>();
  private final List<String> faults = new ArrayList<>();

  PeftReader(Path folder, LanguageModel base) {
    this.folder = folder;
    this.base = base;
    this.config = PeftConfig.read(folder);
  }

  Adapter read() {
    try (Weights file = open()) {
      List<PeftModule> present = check(file);
      if (!faults.isEmpty()) {
        throw new CheckpointException(
            folder,
            "the adapter does not fit this base model: %s".formatted(String.join("; ", faults)));
      }
      present.forEach(module -> load(module, file));
    }
    Graph injected = Lorax.inject(base.graph(), node -> Optional.ofNullable(ops.get(node.name())));
    return Adapter.of(injected, Parameters.of(values));
  }

  private Weights open() {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file) && Files.exists(folder.resolve("adapter_model.bin"))) {
      throw new CheckpointException(
          folder,
          "holds adapter_model.bin, a Python pickle; load it with PEFT and save_pretrained it again"
              + " to get "
              + FILE);
    }
    return Safetensors.open(file);
  }

  /** The modules that the file adapts; whatever is wrong goes to the faults. */
  private List<PeftModule> check(Weights file) {
    Set<String> leftOver = new LinkedHashSet<>(file.names());
    List<PeftModule> present = new ArrayList<>();
    for (PeftModule module : PeftModule.of(base.architecture(), base.graph())) {
      boolean adapted =
          file.names().contains(module.keyA())
              || file.names().contains(module.keyB())
              || config.targets(module.name());
      if (adapted) {
        present.add(module);
        int rank = config.rankOf(module.name());
        check(file, module.keyA(), Shape.of(rank, module.in()));
        check(file, module.keyB(), Shape.of(module.out(), rank));
        leftOver.remove(module.keyA());
        leftOver.remove(module.keyB());
      }
    }
    leftOver.forEach(name -> faults.add(name + leftOver(name)));
    if (present.isEmpty() && faults.isEmpty()) {
      faults.add("it holds no tensor");
    }
    return present;
  }

  /** PEFT saves an embedding whole where the embedding or the head is adapted. */
  private static String leftOver(String name) {
    return name.endsWith(".base_layer.weight")
        ? " is a copy of a base weight, which is not supported yet"
        : " is left over";
  }

  private void check(Weights file, String key, Shape wanted) {
    Optional<TensorInfo> found = file.info(key);
    if (found.isEmpty()) {
      faults.add(key + " is missing");
    } else if (!found.get().shape().equals(wanted)) {
      faults.add("%s is %s instead of %s".formatted(key, found.get().shape(), wanted));
    } else if (!found.get().dtype().isFloating()) {
      faults.add("%s has type %s".formatted(key, found.get().dtype()));
    }
  }

  private void load(PeftModule module, Weights file) {
    try (Scope scope = new Scope()) {
      Tensor a = scope.adopt(file.get(module.keyA()));
      Tensor b = scope.adopt(file.get(module.keyB()));
      String owner = module.parts().get(0).node().name() + ".lora.a";
      for (PeftModule.Part part : module.parts()) {
        ops.put(part.node().name(), op(module, part.node(), owner));
        Tensor rows = part.source().rows(b);
        values.put(part.node().name() + ".lora.b", scope.release(rows.to(DType.F32).copy()));
      }
      values.put(owner, scope.release(a.to(DType.F32).copy()));
    }
  }

  private Lora op(PeftModule module, Node node, String owner) {
    boolean owns = owner.equals(node.name() + ".lora.a");
    int rank = config.rankOf(module.name());
    double alpha = config.alphaOf(module.name());
    return new Lora(
        (Linear) node.op(),
        rank,
        config.rankStabilized() ? alpha * Math.sqrt(rank) : alpha,
        config.dropout(),
        OptionalLong.empty(),
        new Initializer.KaimingUniform(),
        owns ? Optional.empty() : Optional.of(owner));
  }
}
