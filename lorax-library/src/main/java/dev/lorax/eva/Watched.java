package dev.lorax.eva;

import dev.lorax.graph.Call;
import dev.lorax.graph.Op;
import dev.lorax.tensor.Tensor;
import java.util.function.Consumer;

/**
 * A value that somebody looks at on its way.
 *
 * @param watcher sees it at every evaluation
 */
record Watched(Consumer<Tensor> watcher) implements Op {
  @Override
  public Tensor apply(Call call) {
    watcher.accept(call.input(0));
    return call.input(0);
  }
}
