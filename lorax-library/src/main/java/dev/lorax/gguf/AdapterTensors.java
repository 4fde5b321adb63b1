package dev.lorax.gguf;

import dev.lorax.graph.Graph;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.Factors;
import dev.lorax.model.LanguageModel;
import dev.lorax.peft.ModuleChange;
import dev.lorax.peft.ModuleTable;
import dev.lorax.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An adapter's A and B as llama.cpp wants them. */
final class AdapterTensors {
  private static final String FORMAT = "An adapter in GGUF";

  private final GgufMap map;
  private final ModuleTable modules;
  private final List<ModuleChange> changes;

  /** Checks an adapter; what it computes lives in the open scope. */
  AdapterTensors(LanguageModel base, Adapter adapter) {
    map = GgufMap.of(base.architecture(), base.graph());
    modules = new ModuleTable(base, map.weights());
    changes = modules.changes(adapter, FORMAT).requirePlain(FORMAT).list();
    for (ModuleChange change : changes) {
      Optional<String> why = obstacle(change.name(), base.graph());
      if (why.isPresent()) {
        throw new IllegalArgumentException(
            "%s cannot change %s: %s; leave it out of the targets, or merge the adapter"
                .formatted(FORMAT, change.name(), why.get()));
      }
    }
  }

  /** Why llama.cpp cannot adapt a module of a base, if so. */
  static Optional<String> obstacle(String module, Graph base) {
    if (module.equals("position_embd")) {
      return Optional.of("llama.cpp applies no adapter to learned positions");
    }
    boolean tied =
        base.nodes().values().stream()
            .flatMap(node -> node.op().parameters().stream())
            .anyMatch(spec -> spec.tiedTo().isPresent());
    return module.equals("token_embd") && tied
        ? Optional.of("llama.cpp would apply it to the tied output head too")
        : Optional.empty();
  }

  String architecture() {
    return map.architecture();
  }

  /** The one alpha of the file: that with which the first module needs no correction. */
  double alpha() {
    return changes.get(0).scale() * changes.get(0).factors().rank();
  }

  /** A and B of each adapted module; they live in the open scope. */
  Map<String, Tensor> tensors() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (ModuleChange change : changes) {
      Factors factors = change.scaled(alpha() / change.factors().rank()).factors();
      Tensor a = factors.a();
      boolean lookup = modules.isEmbedding(change.name());
      tensors.put(GgufAdapter.a(change.name()), lookup ? a.transpose(0, 1) : a);
      tensors.put(GgufAdapter.b(change.name()), map.toFile(change.name() + ".weight", factors.b()));
    }
    return tensors;
  }
}
