package dev.lorax.algebra;

import dev.lorax.graph.Graph;
import dev.lorax.lora.Adapter;
import dev.lorax.tensor.DType;
import dev.lorax.tensor.Scope;
import dev.lorax.tensor.Tensor;

/** Adapters that change something. */
final class Trained {
  private Trained() {}

  /** An adapter whose values are drawn at random. */
  static Adapter filled(Graph injected, long seed) {
    return moved(Adapter.initial(injected, seed), seed);
  }

  /** Moves all that training changes. */
  static Adapter moved(Adapter adapter, long seed) {
    try (Scope scope = new Scope()) {
      adapter
          .trained()
          .asMap()
          .forEach(
              (name, value) ->
                  value.addInPlace(
                      Tensor.normal(
                          DType.F32, 0.3, seed + name.hashCode(), value.shape().toArray()),
                      1));
    }
    return adapter;
  }
}
