package dev.lorax.cli.bench;

import dev.lorax.cli.console.Failure;
import dev.lorax.graph.Node;
import dev.lorax.graph.Seeds;
import dev.lorax.lora.Adapter;
import dev.lorax.lora.LoraConfig;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Gradients;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;

/** Makes adapters that change something, as trained ones do: a fresh B would be zero. */
final class Adapters {
  private static final double DEVIATION = 0.02;

  private Adapters() {}

  /** An adapter with random A and B. */
  static Adapter random(Subject subject, LoraConfig config, long seed) {
    Adapter adapter = Failure.orUsage(() -> Adapter.initial(subject, config, seed));
    for (Node node : adapter.nodes()) {
      try (Scope scope = new Scope();
          Gradients off = Gradients.off()) {
        Tensor b = adapter.b(node);
        long own = Seeds.mix(seed, node.id());
        b.copyInPlace(Tensor.normal(DType.F32, DEVIATION, own, b.shape().toArray()));
      }
    }
    return adapter;
  }
}
