package dev.lorax.train;

import dev.lorax.graph.Graph;
import dev.lorax.graph.Mode;
import dev.lorax.graph.Parameters;
import dev.lorax.run.Backpropagation;
import dev.lorax.run.Recomputation;
import dev.lorax.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** Gradients of the mean loss, seen from a test. */
public final class GradientProbe {
  private GradientProbe() {}

  /** The gradient of every trained parameter, in the scope that is open. */
  public static Map<String, Tensor> of(
      Graph graph, Parameters all, Parameters trained, Batch batch) {
    return of(graph, all, trained, batch, Loss.of(batch, 1.0 / batch.supervised()));
  }

  static Map<String, Tensor> of(
      Graph graph, Parameters all, Parameters trained, Batch batch, Loss loss) {
    Map<String, Tensor> gradients = new LinkedHashMap<>();
    trained
        .asMap()
        .forEach(
            (name, value) ->
                gradients.put(name, Tensor.zeros(value.dtype(), value.shape().toArray())));
    try (Backpropagation way = new Backpropagation(graph, all, gradients, Recomputation.NONE)) {
      way.run(Loss.pass(batch, Mode.inference()), loss);
    }
    return gradients;
  }
}
